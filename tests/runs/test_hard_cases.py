"""What goes wrong in real nights: interrupted, renamed, refused, vanished, quoted."""

from __future__ import annotations

import os
import shutil
from datetime import date

import pytest
from tests_support import NIGHTS, SAMPLE

import cdp
from cdp.errors import GateError
from cdp.ingest.discover import content_hash
from cdp.runs import Store, rollback, run, vacuum
from cdp.runs.stages import STAGES
from cdp.workspace import load_workspace
from cdp.workspace.init import init_workspace


def files(workspace, inbox, day=NIGHTS[1][1]):
    return run(load_workspace(workspace), inbox=inbox, business_date=date.fromisoformat(day))


def told(workspace, sql):
    with cdp.open(workspace) as published:
        return published.query(sql).to_numpy().tolist()


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A workspace with a small first night: survey, stores, consent."""
    folder = tmp_path_factory.mktemp("small")
    root, inbox = init_workspace(folder / "workspace"), folder / "first"
    for part in ("support/nps", "reference/stores", "consent"):
        for path in (SAMPLE / "inbox/night1").rglob("*.csv"):
            below = path.relative_to(SAMPLE / "inbox/night1")
            if below.as_posix().startswith(part):
                (inbox / below).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, inbox / below)
    assert files(root, inbox, NIGHTS[0][1]).published
    return root, inbox


@pytest.fixture
def workspace(small, tmp_path):
    return shutil.copytree(small[0], tmp_path / "workspace", symlinks=True)


@pytest.fixture
def inbox(tmp_path):
    folder = tmp_path / "inbox"
    (folder / "support").mkdir(parents=True)
    (folder / "consent").mkdir()
    return folder


def survey(rows, header=None):
    columns = (
        "Response ID,Person Email,Person Name,Score,Comment,Survey Request Sent At,"
        "Response Created At,Response Updated At,Purchase Channel,Purchase Reference"
    )
    return "\n".join([header or columns, *rows]) + "\n"


ANSWER = "{},ada@example.com,Ada Example,{},Fine,{stamp},{stamp},{stamp},store,"


def answer(number, score, stamp="2026-06-01 10:00:00 UTC"):
    return ANSWER.format(number, score, stamp=stamp)


def test_vacuum_after_an_interrupted_run_leaves_a_whole_workspace(workspace, inbox, monkeypatch):
    (inbox / "support/nps_responses_2.csv").write_text(survey([answer(77000001, 9)]))

    def crash(_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("cdp.runs.execute.STAGES", (*STAGES[:-1], ("publish", crash)))
        with pytest.raises(KeyboardInterrupt):
            files(workspace, inbox)
    vacuum(load_workspace(workspace))
    assert files(workspace, inbox).published
    store = Store(workspace / "data")
    head = store.head()
    assert all(store.path(ref).is_file() for refs in head.tables.values() for ref in refs)
    assert store.current.resolve().is_file()


def test_a_renamed_feed_loads_its_files_again(small, workspace):
    before = told(workspace, "select count(*) from survey_responses")
    old, new = workspace / "pipelines/feeds/nps_survey", workspace / "pipelines/feeds/voices"
    old.rename(new)
    feed = new / "feed.yaml"
    feed.write_text(feed.read_text().replace("feed: nps_survey", "feed: voices"))
    for path in new.glob("*.sql"):
        path.write_text(path.read_text().replace("nps_survey", "voices"))
    for path in (workspace / "pipelines").rglob("profile.yaml"):
        path.write_text(path.read_text().replace("nps_survey", "voices"))
    assert files(workspace, small[1]).published
    assert told(workspace, "select count(*) from survey_responses") == before
    assert told(workspace, "select distinct feed from survey_responses") == [["voices"]]


def test_a_refused_file_is_read_once_its_contract_is_mended_whatever_came_between(workspace, inbox, tmp_path):
    header = survey([]).replace("Person Email", "Email Of Person").strip()
    path = inbox / "support/nps_responses_2.csv"
    path.write_text(survey([answer(77000001, 9)], header).replace("Score", "Scores"))
    first = files(workspace, inbox)
    assert any("was refused" in warning for warning in first.warnings)
    contract = workspace / "schemas/exports/nps_survey.yaml"
    text = contract.read_text()
    assert "physicalName: Score\n" in text
    text = text.replace("physicalName: Score\n", "physicalName: Score\n    aliases: [Scores]\n", 1)
    if "Email Of Person" not in text:
        text = text.replace("aliases: [", "aliases: [Email Of Person, ", 1) if "Person Email" in text else text
    contract.write_text(text)
    other = tmp_path / "other"
    (other / "support").mkdir(parents=True)
    (other / "support/nps_responses_3.csv").write_text(survey([answer(77000002, 3)]))
    files(workspace, other)
    last = files(workspace, inbox)
    assert last.published, "the mended file is tried again"


def test_rollback_to_a_run_that_was_rolled_back_finds_its_own_rows(workspace, inbox):
    (inbox / "support/nps_responses_2.csv").write_text(survey([answer(77000001, 9), answer(77000002, 3)]))
    second = files(workspace, inbox).manifest
    loaded = "select count(*) from survey_responses where response_id like '%7700000%'"
    assert told(workspace, loaded) == [[2]]
    rollback(load_workspace(workspace))
    contract = workspace / "schemas/exports/nps_survey.yaml"
    contract.write_text(contract.read_text().replace("minimum: 0", "minimum: 5"))
    files(workspace, inbox)
    assert told(workspace, loaded) == [[1]]
    manifest = Store(workspace / "data").read(second.run_id)
    landed = manifest.tables["landed.nps_survey"]
    assert all(content_hash(workspace / "data" / ref.path) == ref.sha256 for ref in landed)


def test_a_delivery_of_which_nothing_survives_is_judged(workspace, inbox):
    rows = [answer(77000000 + number, "ninety") for number in range(40)]
    (inbox / "support/nps_responses_2.csv").write_text(survey(rows))
    with pytest.raises(GateError, match=r"at most 50% of the rows read are quarantined: it is 100[.]0%"):
        files(workspace, inbox)


def test_a_missing_column_and_a_broken_archive_are_warned_of(workspace, inbox):
    import gzip
    import random

    random.seed(3)
    rows = [answer(77000000 + number, 7).replace("Fine", str(random.random())) for number in range(3000)]
    whole = gzip.compress(survey(rows).encode())
    (inbox / "support/nps_responses_2.csv.gz").write_bytes(whole[: len(whole) // 2])
    header = survey([]).replace("Comment,", "").strip()
    (inbox / "support/nps_responses_3.csv").write_text(survey([answer(78000000, 9).replace("Fine,", "")], header))
    warnings = "\n".join(files(workspace, inbox).warnings)
    assert "nps_responses_2.csv.gz: truncated_gzip" in warnings
    assert "nps_responses_3.csv: column Comment is missing" in warnings


def test_a_file_without_header_tells_nobody_who_is_in_it(workspace, inbox):
    (inbox / "support/nps_responses_2.csv").write_text("\n".join(answer(77000000 + n, 9) for n in range(3)))
    outcome = files(workspace, inbox)
    assert any("was refused" in warning for warning in outcome.warnings)
    said = "\n".join(outcome.warnings) + (workspace / "data/runs" / outcome.manifest.run_id / "run.log").read_text()
    assert "ada@example.com" not in said


def test_odd_names_are_listed_and_stop_nothing(workspace, inbox):
    (inbox / "support/nps_responses_2.csv").write_text(survey([answer(77000001, 9)]))
    with open(os.fsencode(inbox) + b"/caf\xe9.txt", "wb") as stream:  # noqa: PTH123
        stream.write(b"x")
    (inbox / "gone.csv").symlink_to(inbox / "nowhere.csv")
    outcome = files(workspace, inbox)
    assert outcome.published
    names = {name for (name,) in told(workspace, "select file from source_files where status = 'unknown'")}
    assert {"inbox/caf\\xe9.txt", "inbox/gone.csv"} <= names


def test_a_workspace_path_with_a_quote_works(small, tmp_path, inbox):
    root = shutil.copytree(small[0], tmp_path / "o'brien", symlinks=True)
    (inbox / "support/nps_responses_2.csv").write_text(survey([answer(77000001, 9)]))
    assert files(root, inbox).published


def test_a_statement_just_after_midnight_counts_the_next_day(workspace, inbox):
    log = inbox / "consent/consent_log_2.csv"
    log.write_text(
        "consent_id,identifier_type,identifier,channel,status,source,captured_at,ip_country\n"
        "CN900001,email,ada@example.com,email,opt_out,preference_centre,2026-06-02T00:20:00+00:00,GB\n"
        "CN900002,email,ada@example.com,E-Mail,opt_out,preference_centre,2026-06-01T00:20:00+00:00,GB\n"
    )
    first = files(workspace, inbox)
    assert any("1 rows quarantined" in warning for warning in first.warnings), "an unknown channel is refused, not lost"
    kept = "select status, stated_at::varchar from consents where consent_statement_id like '%CN900001%'"
    assert told(workspace, kept) == [["out", "2026-06-02 00:20:00"]]


def test_an_unknown_file_alone_is_told_even_when_nothing_is_new(small, workspace, tmp_path):
    inbox = shutil.copytree(small[1], tmp_path / "first")
    (inbox / "notes.txt").write_text("x")
    outcome = files(workspace, inbox, NIGHTS[0][1])
    assert (outcome.published, outcome.exit_code) == (False, 4)
    assert "notes.txt belongs to no feed" in outcome.warnings[0]
