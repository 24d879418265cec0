"""Profiles, their contract and the catalogue of segments name the same columns."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from cdp.contracts import TableContract
from cdp.contracts.documents import load_document
from cdp.contracts.published import made_by
from cdp.measures import build_measures
from cdp.measures.moment import Moment
from cdp.profiles import ProfileSettings, build_profiles
from cdp.segments.catalog import PROFILE_COLUMNS

ROOT = Path(__file__).parents[2]
NOT_ASKED = {"recent_orders", "recent_touchpoints", "survey_history"}
KINDS = {
    "text": {"VARCHAR"},
    "barred": {"VARCHAR"},
    "list": {"VARCHAR[]"},
    "number": {"BIGINT", "INTEGER", "DECIMAL(18,2)", "DOUBLE"},
    "instant": {"TIMESTAMP"},
    "date": {"DATE"},
    "flag": {"BOOLEAN"},
}


@pytest.fixture
def built(shop):
    settings, _ = load_document(ROOT / "pipelines" / "profile.yaml", ProfileSettings)
    shop.customer("C1", "shop:1")
    build_profiles(shop.engine, settings, as_of=datetime(2026, 6, 1))
    build_measures(shop.engine, [], [], Moment(datetime(2026, 6, 1), date(2026, 5, 31)))
    return shop.engine


def test_segments_may_ask_for_every_flat_column(built):
    columns = built.columns("profiles")
    assert set(PROFILE_COLUMNS) == set(columns) - NOT_ASKED
    assert {name: columns[name] for name, kind in PROFILE_COLUMNS.items() if columns[name] not in KINDS[kind]} == {}


@pytest.mark.parametrize("table", [item.table for item in made_by("profiles") if item.is_published])
def test_tables_are_as_their_contract_says(built, table):
    contract, faults = load_document(ROOT / "schemas" / "tables" / f"{table}.yaml", TableContract)
    assert contract is not None, faults
    promised = {item.name: item.type.replace(" ", "") for item in contract.properties}
    made = {name: kind.replace(" ", "").replace('"', "") for name, kind in built.columns(table).items()}
    assert made == promised
    for item in contract.properties:
        if item.required:
            assert built.scalar(f"select count(*) from {table} where {item.name} is null") == 0, item.name
