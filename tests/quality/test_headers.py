"""Columns of a delivery against the contract and the deliveries before."""

from __future__ import annotations

from cdp.contracts import Contract
from cdp.quality.headers import column_changes
from cdp.quality.history import Header

CONTRACT = Contract.model_validate(
    {
        "kind": "contract",
        "name": "sales",
        "description": "x",
        "key": ["id"],
        "properties": [{"name": "id"}, {"name": "note", "optionalColumn": True}, {"name": "city"}],
    }
)
KNOWN = [Header("id", "BIGINT", "id"), Header("city", "VARCHAR", "city")]


def told(now, before=(), steady=()):
    return [(item.change, item.column, item.is_news) for item in column_changes(CONTRACT, now, before, steady)]


def test_a_first_delivery_is_no_news():
    assert told([*KNOWN, Header("else")]) == [("unlisted", "else", False)]
    assert told([KNOWN[0]]) == [("missing", "city", False)]


def test_no_look_at_a_file_says_nothing():
    assert told([], KNOWN, {"id", "city"}) == []


def test_an_added_column_is_news_once():
    added = Header("tier", "", None, True)
    assert told([*KNOWN, added], KNOWN) == [("added", "tier", True)]
    assert told([*KNOWN, added], [*KNOWN, added]) == [("unlisted", "tier", False)]


def test_an_optional_column_is_missed_when_it_always_came():
    assert told(KNOWN, KNOWN, {"id", "city"}) == []
    assert told(KNOWN, [*KNOWN, Header("note", "", "note")], {"id", "city", "note"}) == [("missing", "note", True)]


def test_another_type_is_news():
    now = [Header("id", "VARCHAR", "id"), KNOWN[1]]
    (change,) = column_changes(CONTRACT, now, KNOWN)
    assert change.message == "column id came as VARCHAR, before as BIGINT"
    assert told([Header("id", "", "id"), KNOWN[1]], KNOWN) == []


def test_a_header_that_looks_like_a_value_is_not_repeated():
    (change,) = column_changes(CONTRACT, [*KNOWN, Header("ada@example.com", "", None, True)], KNOWN)
    assert "ada" not in change.message + change.column
