"""Quality over two real runs: history, page, drift, rollback; no personal data in what is passed around."""

from __future__ import annotations

import re
import shutil
from datetime import date

import duckdb
import pytest
from tests_support import NIGHTS, SAMPLE

import cdp
from cdp.contracts.privacy import is_personal
from cdp.errors import GateError
from cdp.runs import Store, rollback, run
from cdp.workspace import load_workspace
from cdp.workspace.init import init_workspace

HEADER = (
    "Response ID,Person Email,Person Name,Score,Comment,Survey Request Sent At,Response Created At,"
    "Response Updated At,Purchase Channel,Purchase Reference"
)
ROW = (
    "{number},ada{number}@example.com,Ada Unmistakable,9,Fine,2026-06-01 10:00:00 UTC,2026-06-01 10:00:00 UTC,"
    "2026-06-01 10:00:00 UTC,store,"
)


def survey(header=HEADER, end="", count=30):
    rows = [ROW.format(number=77_000_000 + number) + end for number in range(count)]
    return "\n".join([header, *rows]) + "\n"


def nightly(root, inbox, day=NIGHTS[1][1]):
    return run(load_workspace(root), inbox=inbox, business_date=date.fromisoformat(day))


def told(root, sql):
    with cdp.open(root) as published:
        return published.query(sql).to_numpy().tolist()


@pytest.fixture(scope="module")
def first_night(tmp_path_factory):
    folder = tmp_path_factory.mktemp("quality")
    root, inbox = init_workspace(folder / "workspace"), folder / "first"
    for path in [*(SAMPLE / "inbox/night1").rglob("nps*.csv"), *(SAMPLE / "inbox/night1").rglob("stores.csv")]:
        below = path.relative_to(SAMPLE / "inbox/night1")
        (inbox / below).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, inbox / below)
    outcome = nightly(root, inbox, NIGHTS[0][1])
    assert outcome.published
    return root, inbox, outcome


@pytest.fixture
def workspace(first_night, tmp_path):
    return shutil.copytree(first_night[0], tmp_path / "workspace", symlinks=True)


@pytest.fixture
def inbox(tmp_path):
    (tmp_path / "inbox/support").mkdir(parents=True)
    return tmp_path / "inbox"


def test_an_added_column_is_told_kept_aside_and_seen_by_mappings(workspace, inbox):
    (inbox / "support/nps_responses_2.csv").write_text(survey(HEADER + ",Agent Mood", end=",cheerful"))
    mapping = workspace / "pipelines/feeds/nps_survey/survey_responses.sql"
    outcome = nightly(workspace, inbox)
    assert any("nps_survey: column Agent Mood is new" in words for words in outcome.warnings)
    assert outcome.exit_code == 4
    landed = sorted((workspace / "data/landed/nps_survey").rglob("*.parquet"))[-1]
    assert duckdb.sql(f"select distinct _extra from '{landed}'").fetchall() == [('{"Agent Mood":"cheerful"}',)]

    page = (workspace / "data/runs" / outcome.manifest.run_id / "quality/quality.html").read_text()
    assert "column Agent Mood is new" in page
    assert "inbox/support/nps_responses_2.csv" in page
    assert page.count('<svg class="spark"') >= 2
    assert not re.search(r'(src|href)="(?!#)|url\(|@import|<script', page)
    for written in (workspace / "data/runs" / outcome.manifest.run_id).rglob("*.*"):
        assert "Unmistakable" not in written.read_text()
        assert "ada77000000" not in written.read_text()

    runs = told(workspace, "select distinct run_id from quality_checks order by 1")
    assert len(runs) == 2
    rollback(load_workspace(workspace))
    assert told(workspace, "select distinct run_id from quality_checks") == runs[:1]

    sql = mapping.read_text()
    mapping.write_text(sql.replace("comment,", "json_extract_string(_extra, '$.\"Agent Mood\"') as comment,", 1))
    assert mapping.read_text() != sql
    again = nightly(workspace, inbox)
    assert any("column Agent Mood is new" in words for words in again.warnings)
    assert told(workspace, "select count(*) from survey_responses where comment = 'cheerful'") == [[30]]


def test_a_small_shop_is_no_reason_for_a_warning(first_night):
    outcome, head = first_night[2], Store(first_night[0] / "data").head()
    assert "cannot carry a model" in head.counts["identity_note"]
    assert not [words for words in outcome.warnings if "cannot carry a model" in words]


def test_deliveries_without_rows_are_told(workspace, inbox):
    (inbox / "support/nps_responses_2.csv").write_text(HEADER + "\n")
    (inbox / "reference").mkdir()
    (inbox / "reference/stores.csv").write_text("")
    outcome = nightly(workspace, inbox)
    assert outcome.exit_code == 4
    told = {words for words in outcome.warnings if "a delivery brings at least one row: it is 0" in words}
    assert {words.partition(":")[0] for words in told} == {"nps_survey", "stores"}


def test_a_renamed_column_stops_its_feed_alone_and_stands_on_the_page(workspace, inbox):
    renamed = HEADER.replace("Person Email", "Persons Email")
    (inbox / "support/nps_responses_2.csv").write_text(survey(renamed))
    (inbox / "reference").mkdir()
    stores = next((SAMPLE / "inbox/night1").rglob("stores.csv")).read_text()
    (inbox / "reference/stores.csv").write_text(stores + "\n")
    outcome = nightly(workspace, inbox)
    assert outcome.published
    assert outcome.exit_code == 4
    page = (workspace / "data/runs" / outcome.manifest.run_id / "quality/quality.html").read_text()
    assert "refused" in page
    assert "Persons Email" in page
    assert told(workspace, "select count(*) from source_files where feed = 'stores'") == [[2]]


def test_a_stop_in_nightly_yaml_publishes_nothing_and_writes_the_page(workspace, inbox):
    (workspace / "pipelines/nightly.yaml").write_text(
        "kind: nightly\nquality:\n  - {feed: nps_survey, check: volume, minimum: 1000, severity: stop}\n"
    )
    (inbox / "support/nps_responses_2.csv").write_text(survey())
    before = Store(workspace / "data").head().run_id
    with pytest.raises(GateError, match="30 rows accepted; at least 1,000 expected") as stopped:
        nightly(workspace, inbox)
    assert "quality.html" in stopped.value.hint
    assert Store(workspace / "data").head().run_id == before
    assert "stopped" in sorted((workspace / "data/runs").glob("*/quality/quality.html"))[-1].read_text()


def test_no_personal_value_of_the_sample_is_in_logs_or_quality_results(published_sample):
    workspace = load_workspace(published_sample)
    written = " ".join(
        path.read_text()
        for path in (published_sample / "data/runs").rglob("*.*")
        if path.suffix in {".html", ".json", ".log"}
    )
    words = set(re.findall(r"[^\s\"'<>(),;:]+", written))
    kinds = {"email", "phone", "last_name", "person_name", "loyalty_card"}
    looked_at = 0
    for plan in workspace.plans:
        files = [str(path) for path in (published_sample / "data/landed" / plan.feed.feed).rglob("*.parquet")]
        for item in plan.contract.properties:
            if files and item.semantic_type in kinds:
                assert is_personal(item)
                rows = duckdb.sql(
                    f"select distinct {item.name}::varchar from read_parquet({files}, union_by_name = true)"
                )
                values = {row[0] for row in rows.fetchall() if row[0] and len(row[0]) > 5}
                looked_at += len(values)
                assert values & words == set(), (plan.feed.feed, item.name)
    assert looked_at > 500
