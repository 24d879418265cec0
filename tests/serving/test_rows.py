"""Rows of one customer are sorted and cut after they were read."""

from __future__ import annotations

from cdp.serving import Rows

ROWS = Rows(("day", "name"), [(1, "b"), (None, "a"), (2, "d"), (2, "c")])


def test_ordered_takes_nulls_last_both_ways():
    assert ROWS.ordered("day", "name").rows == [(1, "b"), (2, "c"), (2, "d"), (None, "a")]
    assert ROWS.ordered("-day", "name").rows == [(2, "c"), (2, "d"), (1, "b"), (None, "a")]


def test_ordered_keeps_the_first_ones():
    assert ROWS.ordered("-day", "-name", limit=2).rows == [(2, "d"), (2, "c")]


def test_without_leaves_columns_out():
    assert ROWS.without("day") == Rows(("name",), [("b",), ("a",), ("d",), ("c",)])
