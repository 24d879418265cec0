"""Narrow the input tables to the records at hand, and give them back afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from cdp.engines import Engine
from cdp.identity.identifier_graph import PER_RECORD, make
from cdp.identity.incremental.state import VALUE_KEY

DELIVERED_RECORDS = "delivered_identity_records"
DELIVERED_IDENTIFIERS = "delivered_record_identifiers"
_NARROWED = (("identity_records", DELIVERED_RECORDS), ("record_identifiers", DELIVERED_IDENTIFIERS))
_KNOWN = (*(table for table, _ in _NARROWED), *PER_RECORD)


@contextmanager
def delivered_aside(engine: Engine) -> Iterator[None]:
    """Within, the input tables bear other names, and their own names are free for a part of them."""
    for table in (*_KNOWN, "keys"):
        engine.drop(f"known_{table}")
    for table, other in _NARROWED:
        engine.rename(table, other)
    try:
        yield
    finally:
        for table, other in _NARROWED:
            engine.rename(other, table)


def open_whole(engine: Engine) -> None:
    """All records are at hand."""
    for table, other in _NARROWED:
        engine.create_view(table, f"select * from {other}")


def open_identifiers(engine: Engine, keys: str, params: dict[str, object]) -> None:
    """Only the identifiers of the records whose ``record_key`` a query gives are at hand, with their standard forms."""
    engine.create_table("record_identifiers", _delivered(DELIVERED_IDENTIFIERS, keys))
    make(engine, "standard_identifiers", params=params)


def open_records(engine: Engine, keys: str, params: dict[str, object], *, alone: bool = False) -> None:
    """The records whose ``record_key`` a query gives are at hand, with their identifiers and standard forms.

    Each record is read and standardised once in a night. Those that were at hand before stay so, unless these are to
    be ``alone``.
    """
    _get_to_know(engine, keys, params)
    for table in _KNOWN:
        engine.create_view(table, _known(table, "keys_at_hand") if alone else f"select * from known_{table}")


def _known(table: str, keys: str) -> str:
    return f"select * from known_{table} where hash(record_id) in (select record_key from {keys})"


def _delivered(table: str, keys: str) -> str:
    return f"select * from {table} as delivered where hash(record_id) in ({keys})"


def _get_to_know(engine: Engine, keys: str, params: dict[str, object]) -> None:
    engine.create_table("keys_at_hand", f"select distinct record_key from ({keys}) as wanted")
    missing = "select record_key from keys_at_hand"
    known = engine.has_table("known_keys")
    if known:
        missing += " where record_key not in (select record_key from known_keys)"
    if not engine.create_table("missing_keys", missing) and known:
        return
    for table, other in _NARROWED:
        engine.create_table(table, _delivered(other, "select record_key from missing_keys"))
    make(engine, *PER_RECORD, params=params)
    for table, mine in (*((name, f"known_{name}") for name in _KNOWN), ("missing_keys", "known_keys")):
        if known:
            engine.execute(f"insert into {mine} select * from {table}")
        else:
            engine.rename(table, mine)


def narrow(engine: Engine, touched: str) -> None:
    """Of the records known, leave those of table ``touched``; identifiers and standard forms of the others stay."""
    for table in _KNOWN:
        engine.create_view(table, f"select * from known_{table}")
    engine.create_view("identity_records", _known("identity_records", touched))


_AROUND = f"""
with
mine as (
    select distinct kept.value_key
    from night_values as kept
    semi join {{touched}} as touched on kept.record_key = touched.record_key
),

usable as (
    select value_key
    from mine
    anti join (select {VALUE_KEY} as value_key from blocked_identifiers) as blocked using (value_key)
)

select record_key
from {{touched}}
union
select kept.record_key
from night_values as kept
semi join usable on kept.value_key = usable.value_key
"""


def open_touched(engine: Engine, touched: str, params: dict[str, object], *, alone: bool = False) -> None:
    """The records of table ``touched`` are at hand, and those that share a usable identifier with one of them."""
    open_records(engine, _AROUND.format(touched=touched), params, alone=alone)
