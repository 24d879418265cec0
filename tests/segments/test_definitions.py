"""What a definition may say, and how it is refused."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from pydantic import ValidationError

from cdp.contracts.documents import load_document
from cdp.errors import CdpError
from cdp.segments import (
    SegmentDefinition,
    build_segments,
    check_segment,
    count_segment,
    segment_sql,
)

REFERENCE = sorted((Path(__file__).parents[2] / "pipelines" / "segments").glob("*.yaml"))
SNAPSHOTS = Path(__file__).parent / "snapshots"


def definition(**content):
    return SegmentDefinition.model_validate({"name": "under_test", "title": "Under test", **content})


@pytest.mark.parametrize("path", REFERENCE, ids=lambda path: path.stem)
def test_reference_segments_are_sound_and_their_sql_is_as_reviewed(path):
    loaded, faults = load_document(path, SegmentDefinition)
    assert loaded is not None, faults
    assert loaded.name == path.stem
    assert loaded.description
    assert check_segment(loaded) == []
    assert segment_sql(loaded) + "\n" == (SNAPSHOTS / f"{path.stem}.sql").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"rule": {"column": "net_revenu", "value": 1}}, "did you mean 'net_revenue'? (columns of profiles:"),
        ({"rule": {"column": "net_revenue", "value": "much"}}, "net_revenue is a number; 'much' is not"),
        ({"rule": {"column": "country", "op": "within_days", "value": 3}}, "it needs a date or an instant"),
        ({"rule": {"column": "reachable_by", "value": "sms"}}, "use contains"),
        ({"rule": {"column": "has_card", "op": "contains", "value": True}}, "it holds one value"),
        ({"rule": {"column": "net_revenue", "op": ">", "other_column": "country"}}, "not comparable"),
        ({"rule": {"count": "order"}}, "did you mean 'orders'? (tables: cart_items,"),
        ({"rule": {"count": "orders", "where": {"category": "Outdoor"}}}, "(columns of orders:"),
        ({"rule": {"count": "orders", "sum_of": "channel"}}, "(numbers of orders:"),
        ({"rule": {"count": "orders", "distinct": "colour"}}, "(columns of orders:"),
        ({"rule": {"count": "orders", "since": "net_revenue"}}, "(instants of profiles:"),
        ({"rule": {"count": "orders", "where": [{"count": "orders"}]}}, "inside the count of orders"),
        ({"rule": {"none": [{"any": [{"column": "nope", "value": 1}]}]}}, "'nope' is not known"),
        ({"sql": "select customer_id from secrets"}, "'secrets' is not known"),
        ({"sql": "select full_name from profiles"}, "must give a column customer_id"),
        ({"sql": "select customer_id frm profiles where"}, "at line 1, column "),
        ({"sql": "delete from profiles"}, "exactly one select"),
    ],
)
def test_what_does_not_exist_is_named_with_what_does(content, said):
    (message,) = check_segment(definition(**content))
    assert said in message
    assert "\x1b" not in message


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"rule": {"column": "country", "value": "GB"}, "sql": "select 1"},
        {"rule": {}},
        {"rule": {"column": "country", "count": "orders", "value": "GB"}},
        {"rule": {"all": []}},
        {"rule": {"all": [{"column": "country", "value": "GB"}], "value": 3}},
        {"rule": {"column": "country"}},
        {"rule": {"column": "country", "value": "GB", "within_days": 3}},
        {"rule": {"column": "country", "op": "is_null", "value": "GB"}},
        {"rule": {"column": "country", "op": "in", "value": "GB"}},
        {"rule": {"column": "country", "value": ["GB"]}},
        {"rule": {"column": "net_revenue", "op": "between", "value": [1]}},
        {"rule": {"column": "net_revenue", "op": ">", "value": 1, "times": 2}},
        {"rule": {"column": "net_revenue", "op": "in", "other_column": "gross_revenue"}},
        {"rule": {"column": "last_purchase_at", "op": "within_days", "value": 0}},
        {"rule": {"count": "orders", "op": "in", "value": [1]}},
        {"rule": {"count": "orders", "value": "many"}},
        {"rule": {"count": "orders", "value": [1, 2]}},
        {"rule": {"count": "orders", "op": "between", "value": 1}},
        {"rule": {"count": "orders", "within_days": 0}},
        {"rule": {"count": "orders", "distinct": "channel", "sum_of": "gross_revenue"}},
        {"rule": {"count": "orders", "other_column": "net_revenue"}},
        {"rule": {"column": "country", "valeu": "GB"}},
        {"name": "Bad Name", "rule": {"column": "country", "value": "GB"}},
    ],
)
def test_malformed_definitions_are_refused(content):
    with pytest.raises(ValidationError):
        definition(**content)


def test_a_faulty_definition_stops_the_stage_by_name(base):
    with pytest.raises(CdpError, match="under_test: column: 'nope' is not known"):
        build_segments(
            base.engine,
            [definition(rule={"column": "nope", "value": 1})],
            as_of=datetime(2026, 6, 1),
            previous=False,
        )


def test_two_segments_of_one_name_are_refused(base):
    one = definition(rule={"column": "country", "value": "GB"})
    with pytest.raises(CdpError, match="the name stands twice"):
        build_segments(base.engine, [one, one], as_of=datetime(2026, 6, 1), previous=False)


def test_values_are_literals_whatever_they_hold(base):
    base.member("A", full_name="x' or 1=1 --")
    base.member("B", full_name="y")
    built = definition(rule={"column": "full_name", "value": "x' or 1=1 --"})
    found = count_segment(base.engine.frame, built, as_of=datetime(2026, 6, 1))
    assert found == 1
