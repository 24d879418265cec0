"""Narrow the input tables to the records at hand, and give them back afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from cdp.engines import Engine
from cdp.identity.incremental.state import VALUE_KEY

DELIVERED_RECORDS = "delivered_identity_records"
DELIVERED_IDENTIFIERS = "delivered_record_identifiers"
_NARROWED = (("identity_records", DELIVERED_RECORDS), ("record_identifiers", DELIVERED_IDENTIFIERS))


@contextmanager
def delivered_aside(engine: Engine) -> Iterator[None]:
    """Within, the input tables bear other names, and their own names are free for a part of them."""
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


def open_records(engine: Engine, keys: str, *tables: str) -> None:
    """Only the records whose ``record_key`` a query gives are at hand, in all input tables or in those named."""
    engine.create_table("keys_at_hand", f"select distinct record_key from ({keys}) as wanted")
    for table, other in _NARROWED:
        if tables and table not in tables:
            continue
        around = f"{table}_around"
        engine.create_table(
            around, f"select * from {other} as delivered where hash(record_id) in (select record_key from keys_at_hand)"
        )
        engine.create_view(table, f"select * from {around}")


def narrow(engine: Engine, touched: str) -> None:
    """Of the records at hand, leave those of table ``touched``; identifiers stay."""
    engine.create_view(
        "identity_records",
        f"select * from identity_records_around where hash(record_id) in (select record_key from {touched})",
    )


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


def open_touched(engine: Engine, touched: str) -> None:
    """The records of table ``touched`` are at hand, and those that share a usable identifier with one of them."""
    open_records(engine, _AROUND.format(touched=touched))
