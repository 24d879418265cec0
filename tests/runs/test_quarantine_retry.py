"""Quarantine empties: repaired rows go through, the ledger balances, and nothing newer is undone."""

from __future__ import annotations

import re
import shutil
from datetime import date
from unittest import mock

import duckdb
import pytest
from tests_support import run_cdp

import cdp
from cdp.cli.quarantine import retry
from cdp.errors import NotFoundError
from cdp.runs import Store, execute, rollback, run
from cdp.runs.stages import STAGES
from cdp.workspace import load_workspace
from cdp.workspace.control import Control
from cdp.workspace.init import init_workspace

HEADER = "member_id,e_mail,points,changed_at\n"
CONTRACT = """
kind: contract
name: members
description: Members of the club.
key: [member_id]
version: changed_at
properties:
  - name: member_id
    required: true
  - {name: email, physicalName: e_mail}
  - {name: points, logicalType: integer, logicalTypeOptions: {maximum: 100}}
  - {name: changed_at, logicalType: timestamp}
"""
UNDATED = CONTRACT.replace("version: changed_at\n", "")
FEED = """
feed: club
description: Members of the club.
source: club
files: ["club*.csv"]
form: {type: csv}
contract: members
tables: [identity_records]
"""
MAPPING = """
select
    'club:' || member_id as record_id,
    'club' as feed,
    member_id as source_id,
    'account' as record_kind,
    email as full_name,
    changed_at as last_observed_at
from club
"""


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    """A workspace with one feed."""
    root = init_workspace(tmp_path_factory.mktemp("club") / "workspace")
    for folder in ("feeds", "segments"):
        shutil.rmtree(root / "pipelines" / folder)
    for path in (root / "schemas/exports").glob("*.yaml"):
        path.unlink()
    (root / "pipelines/feeds/club").mkdir(parents=True)
    (root / "pipelines/segments").mkdir()
    (root / "pipelines/feeds/club/feed.yaml").write_text(FEED)
    (root / "pipelines/feeds/club/identity_records.sql").write_text(MAPPING)
    (root / "schemas/exports/members.yaml").write_text(CONTRACT)
    (root / "pipelines/nightly.yaml").write_text("kind: nightly\nqualityStop: warn\nminimumContinuity: 0\n")
    profile = root / "pipelines/profile.yaml"
    profile.write_text(re.sub(r"sources: \[.*\]", "sources: [club]", profile.read_text()))
    return root


class Club:
    """One workspace: deliver files, land them, look. ``publish`` goes through all stages."""

    def __init__(self, root, inbox):
        self.root, self.inbox, self.control = root, inbox, Control(root / "data")

    def contract(self, text):
        (self.root / "schemas/exports/members.yaml").write_text(text)

    def run(self, **files):
        with mock.patch.object(execute, "STAGES", STAGES[:1]):
            return self.publish(**files)

    def publish(self, **files):
        for name, content in files.items():
            (self.inbox / f"{name}.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
        return run(load_workspace(self.root), inbox=self.inbox, business_date=date(2026, 6, 1))

    def retry(self, *, feed=None, file=None, line=None, reason=None):
        self.control.ask_retry(feed=feed, file=file, line=line, reason=reason, actor="ann")

    def told(self, table, columns, order):
        store = Store(self.root / "data")
        refs = store.head().tables.get(table, ())
        if not refs:
            return []
        listed = [str(store.path(ref)) for ref in refs]
        return duckdb.sql(f"select {columns} from read_parquet({listed}) order by {order}").fetchall()

    def waiting(self):
        return self.told("quarantine_rows", "file, line, reason_codes[1]", "file, line")

    def members(self):
        gone = set(self.told("superseded_rows", "_file_id, _row", "all"))
        rows = self.told("landed.club", "member_id, email, points, _file_id, _row", "all")
        return [row[:3] for row in rows if row[3:] not in gone]

    def ledger(self):
        columns = "file, rows_read, rows_accepted, rows_quarantined, rows_duplicate, rows_superseded"
        return self.told("source_files", columns, "run_id, file")

    def outcomes(self):
        return self.told("quarantine_outcomes", "file, line, outcome, outcome_run_id, asked_by", "1, 2")


@pytest.fixture
def club(empty, tmp_path):
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    root = shutil.copytree(empty, tmp_path / "workspace", symlinks=True)
    (root / "data/serve").mkdir(parents=True)
    return Club(root, inbox)


def test_rows_pass_once_the_contract_is_mended(club):
    club.run(
        club=HEADER
        + 'M1,"a@example.com",250,2026-05-01\n'
        + "M2,b@example.com,10,2026-05-01\n"
        + 'M3,"two\nlines",900,2026-05-01\n'
        + "M4,d@example.com,many,2026-05-01\n"
    )
    assert club.waiting() == [
        ("inbox/club.csv", 2, "range:points"),
        ("inbox/club.csv", 4, "range:points"),
        ("inbox/club.csv", 6, "type:points"),
    ]
    club.contract(CONTRACT.replace("maximum: 100", "maximum: 1000"))
    (club.inbox / "club.csv").unlink()
    club.retry()
    outcome = club.run()
    assert outcome.published
    assert any("1 rows were tried again and refused again" in warning for warning in outcome.warnings)
    assert club.waiting() == [("inbox/club.csv", 6, "type:points")]
    assert club.members() == [
        ("M1", "a@example.com", 250),
        ("M2", "b@example.com", 10),
        ("M3", "two\nlines", 900),
    ]
    assert club.ledger() == [("inbox/club.csv", 4, 3, 1, 0, 0)]
    run_id = outcome.manifest.run_id
    assert club.outcomes() == [
        ("inbox/club.csv", 2, "accepted", run_id, "ann"),
        ("inbox/club.csv", 4, "accepted", run_id, "ann"),
    ]
    assert not club.run().published, "a request is taken up once"


def test_only_what_was_asked_for_is_tried_again(club):
    club.run(club=HEADER + "M1,,200,2026-05-01\nM2,,300,2026-05-01\nM3,,x,2026-05-01\n", club_b=HEADER + "M4,,999,\n")
    club.contract(CONTRACT.replace("maximum: 100", "maximum: 1000"))
    club.retry(file="club.csv", line=3)
    club.retry(reason="type")
    club.run()
    assert [row[:2] for row in club.waiting()] == [
        ("inbox/club.csv", 2),
        ("inbox/club.csv", 4),
        ("inbox/club_b.csv", 2),
    ]
    club.retry(feed="club", reason="range:points")
    club.run()
    assert [row[:2] for row in club.waiting()] == [("inbox/club.csv", 4)]
    assert club.ledger() == [("inbox/club.csv", 3, 2, 1, 0, 0), ("inbox/club_b.csv", 1, 1, 0, 0, 0)]


@pytest.mark.parametrize(
    ("contract", "late"),
    [
        (CONTRACT, "M1,new@example.com,5,2026-05-02\n"),
        (UNDATED, "M1,new@example.com,5,2026-01-01\n"),
    ],
)
def test_a_row_that_comes_back_undoes_nothing_newer(club, contract, late):
    club.contract(contract)
    club.run(club=HEADER + "M1,old@example.com,500,2026-05-01\n")
    club.run(club_b=HEADER + late)
    club.contract(contract.replace("maximum: 100", "maximum: 1000"))
    club.retry()
    club.run()
    assert club.members() == [("M1", "new@example.com", 5)]
    assert club.ledger()[0] == ("inbox/club.csv", 1, 0, 0, 0, 1)
    assert [row[2] for row in club.outcomes()] == ["superseded"]


@pytest.mark.parametrize("contract", [CONTRACT, UNDATED])
def test_a_row_that_is_the_newest_wins_though_it_comes_late(club, contract):
    club.contract(contract)
    club.run(club=HEADER + "M1,older@example.com,5,2026-04-01\nM2,first@example.com,5,2026-05-01\n")
    more = "M1,newer@example.com,500,2026-05-02\nM2,x,500,2026-05-02\nM2,last@example.com,6,2026-05-03\n"
    club.run(club_b=HEADER + more)
    club.contract(contract.replace("maximum: 100", "maximum: 1000"))
    club.retry()
    club.run()
    assert club.members() == [("M1", "newer@example.com", 500), ("M2", "last@example.com", 6)]
    assert club.ledger()[1] == ("inbox/club_b.csv", 3, 2, 0, 0, 1)


def test_a_repaired_file_empties_quarantine_too(club):
    """Rows stay broken, but a later file has brought good rows of their keys."""
    club.run(club=HEADER + "M1,a@example.com,many,2026-05-01\nM2,b@example.com,none,2026-05-01\n")
    club.run(club_b=HEADER + "M1,a@example.com,7,2026-05-01\n")
    club.retry()
    club.run()
    assert club.waiting() == [("inbox/club.csv", 3, "type:points")]
    assert club.ledger()[0] == ("inbox/club.csv", 2, 0, 1, 0, 1)
    assert club.members() == [("M1", "a@example.com", 7)]


def test_a_file_that_was_restated_leaves_nothing_behind(club):
    feed = club.root / "pipelines/feeds/club/feed.yaml"
    feed.write_text(FEED + "restates: {by: name}\n")
    club.run(club=HEADER + "M1,a@example.com,many,2026-05-01\nbroken\nM2,b@example.com,3,2026-05-01\n")
    club.run(club=HEADER + "M1,a@example.com,7,2026-05-01\n")
    club.retry()
    club.run()
    assert club.waiting() == []
    assert club.ledger()[0] == ("inbox/club.csv", 3, 1, 0, 0, 2)
    assert club.members() == [("M1", "a@example.com", 7)]


def test_a_copy_of_a_row_that_came_since_is_a_duplicate(club):
    club.run(club=HEADER + "M1,a@example.com,500,2026-05-01\n")
    club.contract(CONTRACT.replace("maximum: 100", "maximum: 1000"))
    club.run(club_b=HEADER + 'M1,"a@example.com",500,2026-05-01\n')
    club.retry()
    club.run()
    assert club.ledger()[0] == ("inbox/club.csv", 1, 0, 0, 1, 0)


def test_rows_of_another_dialect_pass_once_feed_yaml_is_mended(club):
    feed = club.root / "pipelines/feeds/club/feed.yaml"
    club.run(club=HEADER + "M1,a@example.com,5,2026-05-01\nM2,'b, c',6,2026-05-01\n")
    assert club.waiting() == [("inbox/club.csv", 3, "too_many_columns")]
    feed.write_text(FEED.replace("{type: csv}", '{type: csv, quote: "\'"}'))
    club.retry()
    club.run()
    assert club.members() == [("M1", "a@example.com", 5), ("M2", "b, c", 6)]
    assert club.ledger() == [("inbox/club.csv", 2, 2, 0, 0, 0)]


def test_bytes_that_could_not_be_decoded_are_read_in_the_encoding_named_today(club):
    club.run(club=HEADER.encode() + "M1,rené@example.com,500,2026-05-01\n".encode("cp1252"))
    told = club.told("quarantine_rows", "raw, raw_bytes", "all")
    assert told == [("M1,ren\ufffd@example.com,500,2026-05-01", b"M1,ren\xe9@example.com,500,2026-05-01")]
    club.contract(CONTRACT.replace("maximum: 100", "maximum: 1000"))
    feed = club.root / "pipelines/feeds/club/feed.yaml"
    feed.write_text(FEED.replace("{type: csv}", "{type: csv, encoding: cp1252}"))
    club.retry()
    club.run()
    assert club.members() == [("M1", "rené@example.com", 500)]


def test_a_contract_that_no_longer_fits_loses_no_row(club):
    club.run(club=HEADER + "M1,a@example.com,500,2026-05-01\n")
    club.contract(CONTRACT.replace("physicalName: e_mail", "physicalName: e_mail_address").replace("100", "1000"))
    club.retry()
    outcome = club.run()
    assert any("e_mail" in warning and "could not be tried again" in warning for warning in outcome.warnings)
    assert club.waiting() == [("inbox/club.csv", 2, "range:points")]


def test_after_a_rollback_the_rows_wait_again_and_so_does_the_request(club):
    club.publish(club=HEADER + "M1,a@example.com,500,2026-05-01\n")
    club.contract(CONTRACT.replace("maximum: 100", "maximum: 1000"))
    club.retry()
    club.publish()
    assert club.waiting() == []
    with cdp.open(club.root) as published:
        assert published.query("select full_name from identity_records").full_name.tolist() == ["a@example.com"]
        assert published.query("select outcome from quarantine_outcomes").outcome.tolist() == ["accepted"]
    rollback(load_workspace(club.root))
    assert club.waiting() == [("inbox/club.csv", 2, "range:points")]
    club.run()
    assert club.members() == [("M1", "a@example.com", 500)]
    assert club.ledger() == [("inbox/club.csv", 1, 1, 0, 0, 0)]


ORDERS = CONTRACT.replace("key: [member_id]", "key: [member_id]\nrowsPerKey: many")


def test_a_line_of_an_order_comes_back_beside_its_sisters(club):
    club.contract(ORDERS)
    club.run(club=HEADER + "M1,a,1,2026-05-01\nM1,a,500,2026-05-01\nM2,b,600,2026-05-01\nM2,b,2,2026-05-01\n")
    club.run(club_b=HEADER + "M2,b,3,2026-05-02\n")
    club.contract(ORDERS.replace("maximum: 100", "maximum: 1000"))
    club.retry()
    club.run()
    assert [(member, points) for member, _, points in club.members()] == [("M1", 1), ("M1", 500), ("M2", 3)]
    assert club.ledger()[0] == ("inbox/club.csv", 4, 3, 0, 0, 1)


def test_the_command_says_what_waits_and_what_will_be_tried(club):
    club.publish(club=HEADER + "M1,a@example.com,500,2026-05-01\nM2\n")
    listed = run_cdp("quarantine", "list", "--workspace", club.root, "--reason", "range", "-f", "csv").stdout
    assert "range:points" in listed
    assert "too_few_columns" not in listed
    missed = run_cdp("quarantine", "retry", "club.csv:9", "--workspace", club.root)
    assert (missed.returncode, "quarantine list" in missed.stderr) == (1, True)
    asked = run_cdp("quarantine", "retry", "club.csv:2", "--by", "bo", "--workspace", club.root)
    assert "1 refused row of 1 file will be tried again by the next run" in asked.stdout
    [request] = club.control.retries()
    assert (request.file, request.line, request.asked_by) == ("club.csv", 2, "bo")
    with pytest.raises(NotFoundError, match="no feed"):
        retry(feed="pub", workspace=club.root)
