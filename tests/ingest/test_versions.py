"""New, copied, older: where each delivered row belongs."""

from __future__ import annotations

import pytest

from cdp.contracts import Contract
from cdp.engines import open_engine
from cdp.ingest.versions import SUPERSEDED_COLUMNS, advance, place_rows

ROW = "select * from (values {rows}) as t(_row, _key, _version, _hash)"


def contract(rows_per_key="one"):
    return Contract.model_validate(
        {
            "kind": "contract",
            "name": "things",
            "description": "Things.",
            "key": ["a"],
            "rowsPerKey": rows_per_key,
            "properties": [{"name": "a"}],
        }
    )


class Feed:
    """Deliver files of (key, version, content) rows, and see where they land."""

    def __init__(self, rows_per_key="one"):
        self.engine, self.contract = open_engine(), contract(rows_per_key)
        self.engine.execute(f"create temp table superseded_rows ({SUPERSEDED_COLUMNS})")
        self.engine.execute(
            "create temp table current_rows "
            "(_key varchar, _version timestamp, _hash varchar, _file_id varchar, _row bigint)"
        )

    def deliver(self, file_id, *rows, is_last=False):
        self.engine.execute(
            "create or replace temp table incoming (_row bigint, _key varchar, _version timestamp, _hash varchar)"
        )
        for number, (key, version, content) in enumerate(rows):
            self.engine.execute(
                "insert into incoming values ($row, $key, $version, $hash)",
                {"row": number, "key": key, "version": version, "hash": f"{version}{content}"},
            )
        place_rows(self.engine, self.contract)
        advance(self.engine, "things", file_id, is_last=is_last)
        return [place for (place,) in self.engine.rows("select place from placed order by _row")]

    def current(self):
        return self.engine.rows("select _key, _file_id, _row from current_rows order by all")

    def superseded(self):
        return self.engine.rows("select _file_id, _row from superseded_rows order by all")


@pytest.fixture
def feed():
    made = Feed()
    yield made
    made.engine.close()


def test_the_newest_version_of_a_file_wins(feed):
    places = feed.deliver("f1", ("k", "2026-01-02", "b"), ("k", "2026-01-01", "a"), ("k", "2026-01-02", "b"))
    assert places == ["duplicate", "superseded", "accepted"]
    assert feed.current() == [("k", "f1", 2)]


def test_a_newer_file_replaces_and_an_older_row_never_undoes(feed):
    feed.deliver("f1", ("k", "2026-01-01", "a"))
    assert feed.deliver("f2", ("k", "2026-01-03", "c")) == ["accepted"]
    assert feed.deliver("f3", ("k", "2026-01-02", "b")) == ["superseded"]
    assert feed.current() == [("k", "f2", 0)]
    assert feed.superseded() == [("f1", 0), ("f3", 0)]


def test_the_same_row_again_is_a_duplicate(feed):
    feed.deliver("f1", ("k", "2026-01-01", "a"))
    assert feed.deliver("f2", ("k", "2026-01-01", "a"), ("l", None, "x")) == ["duplicate", "accepted"]


def test_the_last_file_of_a_feed_still_says_what_it_replaces(feed):
    feed.deliver("f1", ("k", "2026-01-01", "a"))
    assert feed.deliver("f2", ("k", "2026-01-02", "b"), ("k", "2026-01-01", "c"), is_last=True) == [
        "accepted",
        "superseded",
    ]
    assert feed.superseded() == [("f1", 0), ("f2", 1)]


def test_without_a_version_the_later_delivery_wins(feed):
    feed.deliver("f1", ("k", None, "a"))
    assert feed.deliver("f2", ("k", None, "b"), ("k", None, "c")) == ["superseded", "accepted"]
    assert feed.current() == [("k", "f2", 1)]


def test_a_file_that_ends_where_it_began_changes_nothing(feed):
    feed.deliver("f1", ("k", None, "a"))
    assert feed.deliver("f2", ("k", None, "b"), ("k", None, "a")) == ["superseded", "duplicate"]
    assert feed.current() == [("k", "f1", 0)]


def test_within_a_file_the_last_row_wins_even_when_it_says_what_the_first_said(feed):
    assert feed.deliver("f1", ("k", None, "a"), ("k", None, "b"), ("k", None, "a")) == [
        "duplicate",
        "superseded",
        "accepted",
    ]


def test_a_row_without_change_time_never_beats_one_that_has_it(feed):
    feed.deliver("f1", ("k", "2026-01-02", "a"))
    assert feed.deliver("f2", ("k", None, "b")) == ["superseded"]


def test_many_rows_per_key_are_replaced_together():
    feed = Feed("many")
    assert feed.deliver("f1", ("o", None, "x"), ("o", None, "y"), ("o", None, "y")) == [
        "accepted",
        "accepted",
        "duplicate",
    ]
    assert feed.deliver("f2", ("o", None, "y"), ("o", None, "x")) == ["duplicate", "duplicate"]
    assert feed.deliver("f3", ("o", None, "x")) == ["accepted"]
    assert feed.current() == [("o", "f3", 0)]
    assert feed.superseded() == [("f1", 0), ("f1", 1)]
    feed.engine.close()
