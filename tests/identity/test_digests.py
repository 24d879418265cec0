"""Digests that add up tell who is new, other or no more, and nobody else."""

from __future__ import annotations

import pandas as pd
import pytest

from cdp.engines import open_engine
from cdp.identity.incremental.digests import digest_records, find_changes
from cdp.identity.incremental.scope import DELIVERED_IDENTIFIERS, DELIVERED_RECORDS
from cdp.identity.incremental.state import before

MANY = 300
RECORDS = pd.DataFrame({"record_id": [f"r{number}" for number in range(MANY)], "city": "York"}).astype("string")
IDENTIFIERS = pd.DataFrame(
    {
        "record_id": [f"r{number // 2}" for number in range(2 * MANY)],
        "identifier_value": [f"v{number}" for number in range(2 * MANY)],
    }
).astype("string")


def moved(records, identifiers):
    records.loc[7, "city"] = "Leeds"


def doubled(records, identifiers):
    return records, pd.concat([identifiers, identifiers[identifiers["record_id"] == "r9"]])


def swapped(records, identifiers):
    one, other = identifiers.loc[20, "identifier_value"], identifiers.loc[40, "identifier_value"]
    identifiers.loc[20, "identifier_value"], identifiers.loc[40, "identifier_value"] = other, one


def gone(records, identifiers):
    return records[records["record_id"] != "r5"], identifiers


def lost_all(records, identifiers):
    return records, identifiers[identifiers["record_id"] != "r6"]


def come(records, identifiers):
    fresh = pd.DataFrame({"record_id": ["new"], "city": ["Hull"]}).astype("string")
    return pd.concat([records, fresh]), identifiers


def pointless(records, identifiers):
    """An identifier of a record that nobody delivered."""
    stray = pd.DataFrame({"record_id": ["nobody"], "identifier_value": ["v"]}).astype("string")
    return records, pd.concat([identifiers, stray])


def shuffled(records, identifiers):
    return records.sample(frac=1, random_state=1), identifiers.sample(frac=1, random_state=2)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (shuffled, {}),
        (moved, {"r7": (True, False)}),
        (doubled, {"r9": (True, False)}),
        (swapped, {"r10": (True, False), "r20": (True, False)}),
        (gone, {"r5": (False, True)}),
        (lost_all, {"r6": (True, False)}),
        (come, {"new": (True, False)}),
        (pointless, {"nobody": (False, False)}),
    ],
)
def test_only_those_who_read_otherwise_are_found(change, expected):
    """``expected``: record → (is it a record tonight, is it gone)."""
    engine = open_engine("duckdb")
    deliver(engine, RECORDS, IDENTIFIERS)
    digest_records(engine)
    engine.rename("night_records", before("identity_state_records"))
    records, identifiers = RECORDS.copy(), IDENTIFIERS.copy()
    deliver(engine, *(change(records, identifiers) or (records, identifiers)))
    find_changes(engine)
    names = {engine.scalar("select hash($name)", {"name": name}): name for name in {*RECORDS["record_id"], *expected}}
    found = engine.rows("select record_key, is_record, is_gone from night_changes")
    assert {names[key]: flags for key, *flags in found} == {name: list(flags) for name, flags in expected.items()}
    digest_records(engine)
    told = "select record_key, digest from night_changes where is_record"
    assert engine.rows(f"{told} except select record_key, digest from night_records") == []


def deliver(engine, records, identifiers):
    engine.register(DELIVERED_RECORDS, records)
    engine.register(DELIVERED_IDENTIFIERS, identifiers)
