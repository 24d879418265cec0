"""Bad input gives a clear account and loses nothing: whole files, landed for real."""

from __future__ import annotations

import errno
import gzip
from datetime import datetime
from unittest import mock

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cdp.contracts import Contract
from cdp.engines import open_engine
from cdp.errors import UsageError
from cdp.ingest import landing
from cdp.ingest.discover import STILL_WRITTEN, Delivery, discover
from cdp.ingest.feed import Feed
from cdp.ingest.landing import Landing
from cdp.ingest.stage import History, land_inbox
from cdp.ingest.versions import SUPERSEDED_COLUMNS

CONTRACT = Contract.model_validate(
    {
        "kind": "contract",
        "name": "visits",
        "description": "Visits.",
        "key": ["visit_id"],
        "version": "changed_at",
        "properties": [
            {"name": "visit_id", "required": True, "logicalTypeOptions": {"pattern": r"V\d+"}},
            {"name": "day", "logicalType": "date"},
            {"name": "email"},
            {"name": "changed_at", "logicalType": "timestamp", "onFail": {"future": "reject"}},
        ],
    }
)
FORMS = {
    "visits_csv": ({"type": "csv"}, "*.csv*"),
    "visits_json": ({"type": "jsonl"}, "*.json*"),
    "visits_parquet": ({"type": "parquet"}, "*.parquet"),
}
FEEDS = {
    name: Feed.model_validate(
        {
            "feed": name, "description": "Visits.", "source": "door", "files": [glob], "form": form,
            "contract": "visits", "tables": ["touchpoints"],
        }
    )
    for name, (form, glob) in FORMS.items()
}  # fmt: skip
HEADER = "visit_id,day,email,changed_at\n"


class Inbox:
    """Deliver files one by one, each in a run of its own."""

    def __init__(self, root):
        self.folder, self.work, self.landed = root / "inbox", root / "work", root / "landed"
        self.folder.mkdir()
        self.work.mkdir()
        self.engine = open_engine()
        self.engine.execute(f"create temp table superseded_rows ({SUPERSEDED_COLUMNS})")
        self.ledgers, self.files = {}, {}

    def deliver(self, name, content):
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        deliveries = [item for item in discover(self.folder, FEEDS.values()) if item.path == path.resolve()]
        run = Landing(self.engine, datetime(2026, 6, 1), "r1", self.work, self.landed)
        result = land_inbox(
            run, deliveries, FEEDS, {"visits": CONTRACT}, History(self.ledgers, frozenset(), self.files)
        )
        for item in result.ledgers:
            if item.status == "loaded":
                self.ledgers[item.feed, item.file_id] = item
        for feed, paths in result.landed.items():
            self.files[feed] = [*self.files.get(feed, []), *paths]
        [ledger] = result.ledgers
        return ledger, [(row.line, row.reason_codes, row.raw) for row in result.quarantined]

    def rows(self, feed):
        listed = ", ".join(f"'{path}'" for path in self.files[feed])
        return self.engine.rows(f"select visit_id, day::varchar, email from read_parquet([{listed}]) order by all")


@pytest.fixture
def inbox(tmp_path):
    made = Inbox(tmp_path)
    yield made
    made.engine.close()


def test_faulty_lines_are_refused_alone_and_kept_as_they_came(inbox):
    ledger, refused = inbox.deliver(
        "a.csv",
        HEADER
        + "V1,2026-05-01,ann@example.com,2026-05-01\n"
        + "V2,2026-05-01\n"
        + 'V3,2026-05-01,"open@example.com,2026-05-01\n'
        + "V4,2026-02-31,bo@example.com,2026-05-01\n"
        + "V5,2026-05-01,x,2026-05-01,more\n"
        + '"V6",2026-05-02,"cy\nnewline",2026-05-01\n'
        + "X7,2026-05-01,dee@example.com,2027-05-01\n",
    )
    assert (ledger.rows_read, ledger.rows_accepted, ledger.rows_quarantined) == (7, 2, 5)
    assert refused == [
        (3, ("too_few_columns",), "V2,2026-05-01"),
        (4, ("unterminated_quote",), 'V3,2026-05-01,"open@example.com,2026-05-01'),
        (5, ("type:day",), "V4,2026-02-31,bo@example.com,2026-05-01"),
        (6, ("too_many_columns",), "V5,2026-05-01,x,2026-05-01,more"),
        (9, ("pattern:visit_id", "future:changed_at"), "X7,2026-05-01,dee@example.com,2027-05-01"),
    ]
    assert inbox.rows("visits_csv") == [
        ("V1", "2026-05-01", "ann@example.com"),
        ("V6", "2026-05-02", "cy\nnewline"),
    ]


def test_invalid_json_is_refused_alone(inbox):
    good = '{"visit_id": "V1", "day": "2026-05-01", "email": null, "changed_at": "2026-05-01T10:00:00Z"}'
    ledger, refused = inbox.deliver("a.json", f'{good}\n{{"visit_id": "V2",}}\n[1]\n{good.replace("V1", "V3")}\n')
    assert (ledger.rows_read, ledger.rows_accepted) == (4, 2)
    assert [(line, raw) for line, _, raw in refused] == [(2, '{"visit_id": "V2",}'), (3, "[1]")]
    assert [row[0] for row in inbox.rows("visits_json")] == ["V1", "V3"]


def test_a_key_that_was_renamed_in_json_is_warned_of(inbox):
    ledger, _ = inbox.deliver("a.json", '{"visit_id": "V1", "e_mail": "a@example.com", "changed_at": "2026-05-01"}\n')
    assert ledger.rows_accepted == 1
    assert "accept with 'cdp feed rename visits email e_mail'" in ledger.message


def test_an_exact_copy_of_a_refused_line_is_a_duplicate(inbox):
    ledger, refused = inbox.deliver("a.json", '{"visit_id"\n{"visit_id"\n{"visit_id": "V1"}\n')
    assert (ledger.rows_read, ledger.rows_accepted, ledger.rows_quarantined, ledger.rows_duplicate) == (3, 1, 1, 1)
    assert [line for line, *_ in refused] == [1]


def test_invalid_bytes_keep_the_row_and_are_told(inbox):
    ledger, refused = inbox.deliver("a.csv", HEADER.encode() + b"V1,2026-05-01,ren\xe9@example.com,2026-05-01\n")
    assert (ledger.rows_accepted, refused) == (1, [])
    assert "invalid_bytes_replaced" in ledger.message
    assert "line 2" in ledger.message


@pytest.mark.parametrize("content", [b"", HEADER.encode()])
def test_files_without_rows_are_empty(inbox, content):
    ledger, refused = inbox.deliver("a.csv", content)
    assert (ledger.status, ledger.rows_read, refused) == ("empty", 0, [])


def test_a_truncated_gzip_gives_its_whole_lines(inbox):
    import random

    random.seed(1)
    lines = [
        f'{{"visit_id": "V{number}", "email": "{random.random()}@example.com", "changed_at": "2026-05-01"}}\n'
        for number in range(3000)
    ]
    whole = gzip.compress("".join(lines).encode())
    ledger, refused = inbox.deliver("a.json.gz", whole[: len(whole) // 2])
    assert ledger.status == "loaded"
    assert 1000 < ledger.rows_accepted < 2000
    assert "truncated_gzip" in ledger.message
    assert len(refused) <= 1
    assert lines[ledger.rows_accepted].startswith(refused[0][2])


def test_a_renamed_column_refuses_the_file_and_says_what_to_do(inbox):
    renamed = HEADER.replace("email", "email_address")
    ledger, _ = inbox.deliver("a.csv", renamed + "V1,2026-05-01,a@example.com,2026-05-01\n")
    assert (ledger.status, ledger.rows_read) == ("refused", 0)
    assert "email is missing, and email_address is new" in ledger.message
    assert "accept with 'cdp feed rename visits email email_address'" in ledger.message


def test_parquet_is_held_to_the_same_contract(inbox, tmp_path):
    table = pa.table({"visit_id": ["V1", "bad"], "day": ["2026-05-01", None], "changed_at": ["2026-05-01", None]})
    table = table.append_column("email", pa.nulls(2, pa.string()))
    pq.write_table(table, tmp_path / "a.parquet")
    ledger, refused = inbox.deliver("a.parquet", (tmp_path / "a.parquet").read_bytes())
    assert (ledger.rows_accepted, ledger.rows_quarantined) == (1, 1)
    assert refused[0][:2] == (2, ("pattern:visit_id",))


def test_a_file_that_is_no_parquet_is_refused(inbox):
    ledger, _ = inbox.deliver("a.parquet", b"visit_id,day\nV1,2026-05-01\n")
    assert ledger.status == "refused"
    assert "a.parquet" in ledger.message


def test_the_same_bytes_under_another_name_are_a_replay(inbox):
    content = HEADER + "V1,2026-05-01,ann@example.com,2026-05-01\nV2\n"
    inbox.deliver("a.csv", content)
    ledger, refused = inbox.deliver("b.csv", content)
    assert (ledger.status, ledger.rows_read, ledger.rows_duplicate, refused) == ("replayed", 2, 2, [])


def test_corrections_win_and_old_rows_never_come_back(inbox):
    inbox.deliver("a.csv", HEADER + "V1,2026-05-01,old@example.com,2026-05-01\n")
    newer, _ = inbox.deliver("b.csv", HEADER + "V1,2026-05-01,new@example.com,2026-05-03\n")
    older, _ = inbox.deliver("c.csv", HEADER + "V1,2026-05-01,late@example.com,2026-05-02\n")
    assert (newer.rows_accepted, older.rows_superseded) == (1, 1)
    current = "select email from read_parquet([{}]) anti join superseded_rows using (_file_id, _row)"
    listed = ", ".join(f"'{path}'" for path in inbox.files["visits_csv"])
    assert inbox.engine.rows(current.format(listed)) == [("new@example.com",)]


def test_a_file_that_two_feeds_claim_is_a_fault(tmp_path):
    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox" / "a.csv").touch()
    twin = FEEDS["visits_csv"].model_copy(update={"feed": "twin"})
    with pytest.raises(UsageError, match="claimed by two feeds"):
        discover(tmp_path / "inbox", [FEEDS["visits_csv"], twin])


def test_files_of_no_feed_are_found_and_never_opened(tmp_path):
    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox" / "notes.txt").write_text("x")
    [found] = discover(tmp_path / "inbox", FEEDS.values())
    assert (found.feed, found.name, found.file_id) == (None, "inbox/notes.txt", "")


def test_a_file_that_is_refused_while_it_grows_is_left_for_the_next_run(inbox, monkeypatch):
    monkeypatch.setattr(Delivery, "is_unchanged", lambda _: False)
    ledger, _ = inbox.deliver("a.csv", "visit_id,da")
    assert (ledger.status, ledger.message) == ("waiting", f"{STILL_WRITTEN}; the next run tries it again")
    monkeypatch.undo()
    ledger, _ = inbox.deliver("a.csv", "visit_id,da")
    assert ledger.status == "refused"


def test_a_full_disk_is_no_fault_of_the_file(inbox):
    content = HEADER + "V1,2026-05-01,a@example.com,2026-05-01\n"
    full = OSError(errno.ENOSPC, "No space left on device")
    with mock.patch.object(landing, "pass_through", side_effect=full), pytest.raises(OSError, match="No space left"):
        inbox.deliver("a.csv", content)
    with mock.patch.object(landing, "pass_through", side_effect=OSError(errno.EIO, "Input/output error")):
        ledger, _ = inbox.deliver("b.csv", content)
    assert (ledger.status, ledger.message) == (
        "waiting",
        "cannot be read: Input/output error; the next run tries it again",
    )
