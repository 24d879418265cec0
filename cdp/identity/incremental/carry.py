"""Tonight's tables: what was decided anew, and all else as the last run left it."""

from __future__ import annotations

from cdp.engines import Engine
from cdp.identity.incremental.state import before

_MINE = "(select record_key from replaced_records)"
_UNTOUCHED = {
    "identity_map": f"hash(record_id) not in {_MINE}",
    "identity_edges": f"not (hash(record_id_l) in {_MINE} and hash(record_id_r) in {_MINE})",
    "usable_identifiers": f"hash(record_id) not in {_MINE}",
    "identifiers": "customer_id not in (select customer_id from customers_before)",
    "customers": "customer_id not in (select customer_id from customers_before)",
}


def carry_over(engine: Engine) -> None:
    """Add what tonight did not touch to the tables that were made for the touched records."""
    engine.create_table("usable_touched", f"select * from usable_identifiers where hash(record_id) in {_MINE}")
    engine.rename("usable_touched", "usable_identifiers")
    for table, condition in _UNTOUCHED.items():
        columns = ", ".join(engine.columns(table))
        engine.rename(table, f"{table}_tonight")
        engine.create_view(
            table,
            f"select {columns} from {table}_tonight union all select {columns} from {before(table)} where {condition}",
        )


_STEADY = f"""
with touched as (
    select distinct customer_id
    from {before("identity_map")}
    where hash(record_id) in (select record_key from touched_records)
        or hash(record_id) in (select record_key from gone_records)
)

select
    count(distinct previous.customer_id) as customers,
    count(distinct previous.customer_id) filter (where previous.customer_id <> tonight.customer_id) as moved
from {before("identity_map")} as previous
inner join identity_map as tonight on previous.record_id = tonight.record_id
where previous.customer_id not in (select customer_id from touched)
"""


def untouched_continuity(engine: Engine) -> float | None:
    """Share of the customers that no change can have reached who kept their id; ``None`` when there are none."""
    customers, moved = engine.rows(_STEADY)[0]
    return 1 - int(moved) / int(customers) if customers else None


def set_previous_apart(engine: Engine) -> int:
    """Make ``touched_map_before`` and ``customers_before``; returns how many records keep their customer unseen."""
    previous = before("identity_map")
    count = engine.create_table("touched_map_before", f"select * from {previous} where hash(record_id) in {_MINE}")
    engine.create_table("customers_before", "select distinct customer_id from touched_map_before")
    return int(engine.scalar(f"select count(*) from {previous}")) - count
