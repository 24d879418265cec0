"""What is kept of a delivery's columns: enough to see drift, nothing of a person."""

from __future__ import annotations

from datetime import datetime

import pytest

from cdp.contracts import Contract
from cdp.engines import open_engine
from cdp.quality.sketches import OTHER, sketch_columns

AS_OF = datetime(2026, 6, 1)
CONTRACT = Contract.model_validate(
    {
        "kind": "contract",
        "name": "people",
        "description": "x",
        "key": ["id"],
        "properties": [
            {"name": "id"},
            {"name": "town", "classification": "public"},
            {"name": "email", "semanticType": "email"},
            {"name": "born", "logicalType": "date", "classification": "personal"},
            {"name": "amount", "logicalType": "number"},
            {"name": "seen", "logicalType": "timestamp"},
            {"name": "tags", "logicalType": "array"},
            {"name": "never", "logicalType": "integer"},
            {"name": "absent"},
        ],
    }
)


@pytest.fixture(scope="module")
def engine():
    engine = open_engine("duckdb", threads=2)
    yield engine
    engine.close()


def sketches(engine, rows, tracked=()):
    engine.create_table(
        "people",
        "select i::varchar as id, case when i % 10 = 0 then null when i % 2 = 0 then 'York' else 'Bath' end as town, "
        "'p' || i || '@example.com' as email, date '1980-01-01' + i::integer as born, "
        "(i % 100)::decimal(18,4) as amount, timestamp '2026-05-31 00:00:00' as seen, '[1]' as tags, "
        f"null::bigint as never from range({rows}) as r(i)",
    )
    return {each.column: each for each in sketch_columns(engine, "people", CONTRACT, AS_OF, tracked)}


def test_counts_shares_and_quantiles(engine):
    found = sketches(engine, 1000)
    assert (found["town"].rows, found["town"].nulls, found["town"].null_share) == (1000, 100, 0.1)
    assert sorted(found["town"].shares.values()) == pytest.approx([400 / 900, 500 / 900])
    assert found["amount"].quantiles[0] == 0
    assert found["amount"].quantiles[10] == pytest.approx(49.5)
    assert found["seen"].quantiles == (1.0,) * 21
    assert found["id"].number_share == 1.0
    assert found["town"].number_share == 0.0
    assert (found["never"].nulls, found["never"].quantiles) == (1000, ())
    assert found["tags"].quantiles == ()
    assert "absent" not in found


def test_no_value_of_a_person_is_kept(engine):
    found = sketches(engine, 1000)
    assert found["email"].shares is None
    assert "York" not in str(found)
    ages = found["born"].quantiles
    oldest, youngest = 16954 - 999, 16954
    assert oldest < min(ages) < max(ages) < youngest
    assert sketches(engine, 99)["born"].quantiles == ()


def test_a_column_of_many_values_is_a_set_only_when_it_was_one(engine):
    assert sketches(engine, 1000)["id"].shares is None
    tracked = sketches(engine, 1000, tracked={"id"})["id"].shares
    assert len(tracked) == 51
    assert tracked[OTHER] == pytest.approx(0.95)


def test_a_large_delivery_is_sampled_by_key_and_always_alike(engine):
    first, second = sketches(engine, 400_000), sketches(engine, 400_000)
    assert first == second
    assert first["town"].rows == 400_000
    assert first["town"].nulls == 40_000
    assert 80_000 < first["town"].looked_at < 100_000
    assert first["amount"].quantiles[10] == pytest.approx(49.5, abs=1.5)


def test_nothing_delivered_has_no_picture(engine):
    assert sketches(engine, 0) == {}
