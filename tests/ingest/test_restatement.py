"""Corrections, late rows, restated files, deletions and references: what a feed holds after each delivery."""

from __future__ import annotations

from datetime import datetime

import pytest

from cdp.contracts import Contract
from cdp.engines import open_engine
from cdp.ingest.discover import discover
from cdp.ingest.feed import Feed
from cdp.ingest.feed_view import open_feed
from cdp.ingest.landing import Landing
from cdp.ingest.restatement import scope_name
from cdp.ingest.stage import History, land_inbox
from cdp.ingest.versions import SUPERSEDED_COLUMNS

PROPERTIES = [
    {"name": "id", "required": True},
    {"name": "day", "logicalType": "timestamp"},
    {"name": "amount", "logicalType": "integer"},
    {"name": "changed", "logicalType": "timestamp"},
    {"name": "op"},
]


def a_feed(name="sales", **more):
    return Feed.model_validate(
        {"feed": name, "description": "d", "source": "s", "files": [f"{name}*.csv"], "form": {"type": "csv"},
         "contract": name, "tables": ["touchpoints"]} | more
    )  # fmt: skip


def a_contract(name="sales", properties=PROPERTIES, **more):
    return Contract.model_validate(
        {"kind": "contract", "name": name, "description": "d", "key": ["id"], "properties": properties} | more
    )


class Nights:
    """Deliver files one by one, each in a run of its own, and see what mappings would read."""

    def __init__(self, root, feeds, contracts):
        self.feeds, self.contracts = {f.feed: f for f in feeds}, {c.name: c for c in contracts}
        self.folder, self.root, self.number = root / "inbox", root, 0
        self.engine = open_engine()
        self.engine.execute(f"create temp table superseded_rows ({SUPERSEDED_COLUMNS})")
        (root / "work").mkdir()
        self.ledgers, self.files = {}, {}

    def deliver(self, **files):
        """One night: name without ending → rows of (id, day, amount, changed, op), or the file's whole text."""
        self.number += 1
        night = self.folder / f"night{self.number}"
        night.mkdir(parents=True)
        for name, rows in files.items():
            text = rows if isinstance(rows, str) else "id,day,amount,changed,op\n" + "".join(
                ",".join((*map(str, row), "", "", "", "")[:5]) + "\n" for row in rows
            )  # fmt: skip
            (night / f"{name}.csv").write_text(text)
        landing = Landing(
            self.engine, datetime(2026, 6, 1), f"r{self.number}", self.root / "work", self.root / "landed"
        )
        history = History(self.ledgers, frozenset(), self.files)
        found = discover(night, self.feeds.values())
        result = land_inbox(landing, found, self.feeds, self.contracts, history)
        for item in result.ledgers:
            assert item.balanced()
            if item.status == "loaded":
                self.ledgers[item.feed, item.file_id] = item
        for feed, paths in result.landed.items():
            self.files[feed] = [*self.files.get(feed, []), *paths]
        self.last = result.ledgers[-1]
        return self

    def now(self, columns="id, amount", feed="sales"):
        open_feed(self.engine, self.contracts[feed], self.files.get(feed, ()), feed)
        return self.engine.rows(f"select {columns} from {feed} order by all")


@pytest.fixture
def nights(tmp_path):
    made = []

    def make(feeds=None, contracts=None, restates=None, **contract):
        feeds = feeds or [a_feed(**({"restates": restates} if restates else {}))]
        made.append(Nights(tmp_path, feeds, contracts or [a_contract(**contract)]))
        return made[-1]

    yield make
    for item in made:
        item.engine.close()


A, B, C = ("a", "2026-05-01", 1), ("b", "2026-05-01", 2), ("c", "2026-05-02", 3)


def test_the_newest_change_wins_whatever_order_files_come_in(nights):
    shop = nights(version="changed")
    shop.deliver(sales_1=[("a", "2026-05-01", 1, "2026-05-01"), ("b", "2026-05-01", 1, "2026-05-01")])
    shop.deliver(sales_3=[("a", "2026-05-01", 3, "2026-05-03")])
    shop.deliver(sales_2=[("a", "2026-05-01", 2, "2026-05-02"), ("b", "2026-05-01", 2, "2026-05-02")])
    assert shop.now() == [("a", 3), ("b", 2)]
    assert (shop.last.rows_accepted, shop.last.rows_superseded) == (1, 1)


def test_without_a_change_time_the_later_delivery_wins_and_a_replay_undoes_nothing(nights):
    shop = nights().deliver(sales_1=[A, B]).deliver(sales_2=[("a", "2026-05-01", 9)])
    shop.deliver(sales_1_again=[A, B])
    assert shop.last.status == "replayed"
    assert shop.now() == [("a", 9), ("b", 2)]


def test_a_late_row_keeps_its_own_day(nights):
    shop = nights().deliver(sales_1=[C]).deliver(sales_2=[("d", "2026-04-01", 4)])
    assert shop.now("id, day::date::varchar") == [("c", "2026-05-02"), ("d", "2026-04-01")]


def test_a_file_of_the_same_name_takes_back_what_it_no_longer_holds(nights):
    shop = nights(restates={"by": "name"}).deliver(sales_1=[A, B]).deliver(sales_2=[C])
    shop.deliver(sales_1=[("b", "2026-05-01", 7)])
    assert shop.now() == [("b", 7), ("c", 3)]
    assert "1 earlier rows that the file no longer holds were taken back" in shop.last.message
    assert (shop.last.rows_read, shop.last.rows_accepted) == (1, 1)


def test_a_name_may_be_a_part_of_the_path(nights):
    shop = nights(restates={"by": "name", "pattern": r"sales_(\d+)"}).deliver(sales_1=[A, B], sales_12=[C])
    shop.deliver(sales_1_corrected=[B])
    assert shop.now() == [("b", 2), ("c", 3)]


def test_packing_and_inbox_are_no_part_of_a_name():
    assert scope_name("night1/pos/a_1.csv.gz", None) == scope_name("night2/pos/a_1.csv", None) == "pos/a_1.csv"
    assert scope_name("night1/pos/a_1_resend.csv", r"a_\d+") == "a_1"
    assert scope_name("night1/pos/a_1_resend.csv", r"b_(\d+)") == "pos/a_1_resend.csv"


def test_a_copy_in_another_file_keeps_a_row(nights):
    shop = nights(restates={"by": "name"}).deliver(sales_1=[A, B]).deliver(sales_2=[A])
    assert (shop.last.rows_duplicate, shop.last.rows_accepted) == (1, 0)
    shop.deliver(sales_1=[B])
    assert shop.now() == [("a", 1), ("b", 2)]
    shop.deliver(sales_2=[C])
    assert shop.now() == [("b", 2), ("c", 3)]


def test_a_restated_day_takes_back_rows_of_that_day_alone(nights):
    shop = nights(restates={"by": "column", "column": "day"}).deliver(sales_1=[A, B, C])
    shop.deliver(sales_2=[("a", "2026-05-01 17:30:00", 5)])
    assert shop.now() == [("a", 5), ("c", 3)]


def test_a_whole_list_takes_back_everything_else(nights):
    shop = nights(restates={"by": "all"}).deliver(sales_1=[A, B]).deliver(sales_2=[C])
    assert shop.now() == [("c", 3)]
    shop.deliver(sales_3=[A])
    assert shop.now() == [("a", 1)]


def test_a_row_that_is_refused_leaves_what_was_known(nights):
    shop = nights(restates={"by": "all"}).deliver(sales_1=[A, B])
    shop.deliver(sales_2=[("a", "2026-05-01", "many"), C])
    assert shop.now() == [("a", 1), ("c", 3)]


def test_a_file_without_good_rows_takes_nothing_back(nights):
    shop = nights(restates={"by": "all"}).deliver(sales_1=[A, B]).deliver(sales_2=[])
    shop.deliver(sales_3=[("x", "2026-05-01", "many")])
    assert shop.now() == [("a", 1), ("b", 2)]


def test_a_row_newer_than_the_whole_file_stays(nights):
    shop = nights(restates={"by": "all"}, version="changed")
    shop.deliver(sales_1=[("a", "2026-05-01", 1, "2026-05-09"), ("b", "2026-05-01", 2, "2026-05-01")])
    shop.deliver(sales_2=[("c", "2026-05-01", 3, "2026-05-05")])
    assert shop.now() == [("a", 1), ("c", 3)]


def test_a_whole_list_of_units_takes_back_units(nights):
    shop = nights(restates={"by": "all"}, rowsPerKey="many")
    shop.deliver(sales_1=[("a", "2026-05-01", 1), ("a", "2026-05-01", 2), B])
    shop.deliver(sales_2=[("a", "2026-05-01", 1), ("a", "2026-05-01", 2)])
    assert shop.now() == [("a", 1), ("a", 2)]
    assert shop.last.rows_duplicate == 2


def test_a_tombstone_deletes_and_older_rows_do_not_come_back(nights):
    shop = nights(version="changed", deletedWhen="op = 'D'")
    shop.deliver(sales_1=[("a", "2026-05-01", 1, "2026-05-01"), ("b", "2026-05-01", 2, "2026-05-01")])
    shop.deliver(sales_2=[("a", "2026-05-01", 1, "2026-05-03", "D")])
    assert (shop.last.rows_read, shop.last.rows_accepted) == (1, 1)
    assert shop.now() == [("b", 2)]
    shop.deliver(sales_late=[("a", "2026-05-01", 5, "2026-05-02")])
    assert shop.now() == [("b", 2)]
    shop.deliver(sales_4=[("a", "2026-05-01", 6, "2026-05-04")])
    assert shop.now() == [("a", 6), ("b", 2)]


def test_a_tombstone_deletes_all_rows_of_its_unit(nights):
    shop = nights(rowsPerKey="many", deletedWhen="op = 'D'").deliver(sales_1=[A, ("a", "2026-05-01", 2), B])
    assert shop.deliver(sales_2=[("a", "", "", "", "D")]).now() == [("b", 2)]


@pytest.fixture
def two_feeds(nights):
    item = {"name": "store", "references": {"feed": "zz_stores", "column": "id"}}
    contracts = [
        a_contract(properties=[*PROPERTIES, item]),
        a_contract("zz_stores", [{"name": "id", "required": True}]),
    ]
    return nights([a_feed(), a_feed("zz_stores")], contracts)


def sale(number, store):
    return f"{number},2026-05-01,1,,,{store}\n"


HEADER = "id,day,amount,changed,op,store\n"


def test_a_reference_that_leads_nowhere_is_told_with_its_line_and_loaded(two_feeds):
    two_feeds.deliver(zz_stores="id\nS1\nS2\n", sales_1=HEADER + sale("a", "S1") + sale("b", "S9") + sale("c", ""))
    sales = two_feeds.ledgers["sales", next(f for feed, f in two_feeds.ledgers if feed == "sales")]
    assert sales.message == "reference:store: 1 row (line 3)"
    assert [row[0] for row in two_feeds.now()] == ["a", "b", "c"]
    two_feeds.deliver(sales_2=HEADER + sale("d", "S2") + sale("e", "S3") + sale("f", "S4"))
    assert two_feeds.last.message == "reference:store: 2 rows (first at line 3)"


def test_references_are_not_held_while_the_other_feed_has_no_rows(two_feeds):
    two_feeds.deliver(sales_1=HEADER + sale("a", "S9"))
    assert two_feeds.last.message == ""


def test_a_reference_may_refuse(nights):
    item = {"name": "store", "references": {"feed": "zz_stores", "column": "id"}, "onFail": {"reference": "reject"}}
    contracts = [
        a_contract(properties=[*PROPERTIES, item]),
        a_contract("zz_stores", [{"name": "id", "required": True}]),
    ]
    shop = nights([a_feed(), a_feed("zz_stores")], contracts)
    shop.deliver(zz_stores="id\nS1\n", sales_1=HEADER + sale("a", "S1") + sale("b", "S9"))
    assert shop.now() == [("a", 1)]


def test_feeds_that_point_at_each_other_are_landed_all_the_same(nights):
    def pointing(at):
        return [{"name": "id", "required": True}, {"name": "other", "references": {"feed": at, "column": "id"}}]

    contracts = [a_contract("alpha", pointing("beta")), a_contract("beta", pointing("alpha"))]
    shop = nights([a_feed("alpha"), a_feed("beta")], contracts)
    shop.deliver(alpha="id,other\n1,9\n", beta="id,other\n9,1\n")
    assert shop.now("id, other", "alpha") == [("1", "9")]
    assert shop.now("id, other", "beta") == [("9", "1")]
