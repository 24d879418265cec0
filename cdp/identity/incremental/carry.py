"""Tonight's tables: what was decided anew, and all else as the last run left it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cdp.engines import Engine
from cdp.identity.incremental.state import before

_MINE = "(select record_key from replaced_records)"
_THEIRS = "(select customer_id from customers_before)"


@dataclass(frozen=True)
class Change:
    """How a night alters a table of the last run.

    ``gone`` is a condition, in the night's engine, on those of its rows that are no more; ``fresh`` names the table of
    the rows that come.
    """

    gone: str
    fresh: str


CHANGES: Mapping[str, Change] = {
    "identity_map": Change(f"hash(record_id) in {_MINE}", "identity_map_tonight"),
    "identity_edges": Change(
        f"hash(record_id_l) in {_MINE} and hash(record_id_r) in {_MINE}", "identity_edges_tonight"
    ),
    "usable_identifiers": Change(f"hash(record_id) in {_MINE}", "usable_identifiers_tonight"),
    "identifiers": Change(f"customer_id in {_THEIRS}", "identifiers_tonight"),
    "customers": Change(f"customer_id in {_THEIRS}", "customers_tonight"),
    "id_crosswalk": Change("false", "id_events"),
    "identity_state_records": Change(f"record_key in {_MINE}", "identity_state_records_tonight"),
    "identity_state_values": Change("record_key in (select record_key from changed_records)", "changed_values"),
    "identity_state_representatives": Change(f"head_key in {_MINE}", "heads_tonight"),
    "identity_state_blocks": Change(f"head_key in {_MINE}", "blocks_tonight"),
}


def carry_over(engine: Engine) -> None:
    """Add what tonight did not touch to the tables that were made for the touched records."""
    engine.create_table("usable_touched", f"select * from usable_identifiers where hash(record_id) in {_MINE}")
    engine.rename("usable_touched", "usable_identifiers")
    for table, change in CHANGES.items():
        if change.fresh == f"{table}_tonight":
            engine.rename(table, change.fresh)
        columns = ", ".join(engine.columns(change.fresh))
        engine.create_view(
            table,
            f"select {columns} from {change.fresh} "
            f"union all select {columns} from {before(table)} where not ({change.gone})",
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
