"""Which representatives are other ones tonight, and how they compare with all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cdp.engines import Engine
from cdp.identity.incremental.state import before
from cdp.identity.model import Model
from cdp.identity.scoring import rule_dicts, score

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

_KEPT = before("identity_state_representatives")
_BLOCKS = before("identity_state_blocks")
_RECORDS = before("identity_state_records")
_NOT_CONTENT = ("component", "head", "head_key", "digest")


def content_columns(engine: Engine, table: str = "representatives") -> list[str]:
    """Columns of a table of representatives that say who is represented."""
    return [name for name in engine.columns(table) if name not in _NOT_CONTENT]


def name_heads(engine: Engine, table: str) -> int:
    """Make a table of ``representatives`` under what lasts: the smallest record id of each component.

    Columns: head, head_key (its key), digest (of the content), and the content. Returns the number of rows.
    """
    columns = content_columns(engine)
    listed = ", ".join(f"representatives.{name}" for name in columns)
    return engine.create_table(
        table,
        f"select numbers.record_id as head, hash(numbers.record_id) as head_key, hash({listed}) as digest, {listed} "
        "from representatives inner join record_numbers as numbers on representatives.component = numbers.node",
    )


def _exploded(table: str, arrays: list[str] | None) -> str:
    if not arrays:
        return table
    opened = ", ".join(f"unnest({name}) as {name}" for name in arrays)
    return f"(select * replace ({opened}) from {table})"


def block_keys(engine: Engine, table: str) -> str:
    """A query for (block, head_key): every blocking key of every representative of a table, as one number."""
    from splink.internals.blocking import blocking_rule_to_obj

    selects = []
    for number, written in enumerate(rule_dicts(engine)):
        rule: Any = blocking_rule_to_obj(written)
        conditions = rule._equi_join_conditions  # noqa: SLF001  Splink tells its keys nowhere else
        sides = {tuple(left for left, _ in conditions), tuple(right for _, right in conditions)}
        for side in sorted(sides):
            known = " and ".join(f"({column}) is not null" for column in side)
            source = _exploded(table, written["arrays_to_explode"])
            selects.append(f"select hash({number}, {', '.join(side)}) as block, head_key from {source} where {known}")
    return f"select distinct block, head_key from ({' union all '.join(selects)}) as keys"


# unchanged ones are read only where a changed one shares a key with them
_COMPARED = """
with
wanted as (
    select distinct block
    from blocks_tonight
    where head_key in (select head_key from heads_changed)
),

near_tonight as (
    select head_key from blocks_tonight where block in (select block from wanted)
    union
    select head_key from heads_changed
),

near_before as (
    select distinct head_key from {blocks} where block in (select block from wanted)
),

compared as (
    select *
    from heads_tonight
    where head_key in (select head_key from near_tonight)
    union all by name
    select *
    from {kept}
    where head_key in (select head_key from near_before)
        and head_key not in (select record_key from replaced_records)
)

select
    *,
    head_key in (select head_key from heads_changed) as is_changed,
    row_number() over (order by head) as component
from compared
"""


def find_changed(engine: Engine) -> None:
    """Make ``heads_changed`` (head_key): representatives of tonight that were not there before."""
    engine.create_table(
        "heads_changed",
        f"select night.head_key from heads_tonight as night anti join {_KEPT} as kept "
        "on night.head_key = kept.head_key and night.digest = kept.digest",
    )


def compare_changed(engine: Engine, model: Model, count: int) -> pd.DataFrame:
    """Scored pairs of which at least one is a representative that was not there before, numbered by ``heads_compared``.

    Reads ``heads_tonight`` (representatives of touched records), ``heads_changed`` and ``replaced_records``; ``count``
    is the number of all representatives. Makes ``blocks_tonight`` and ``heads_compared``.
    """
    engine.create_table("blocks_tonight", block_keys(engine, "heads_tonight"))
    engine.create_table("heads_compared", _COMPARED.format(kept=_KEPT, blocks=_BLOCKS))
    return score(engine, model, count, "heads_compared", only="l.is_changed or r.is_changed")


def heads_of(engine: Engine, pairs: pd.DataFrame) -> NDArray[np.uint64]:
    """The keys of all heads in pairs of ``heads_compared``."""
    import numpy as np

    heads = engine.frame("select component, head_key from heads_compared order by component")
    keys: NDArray[np.uint64] = heads["head_key"].to_numpy(dtype=np.uint64)
    ends = np.concatenate([pairs["component_l"].to_numpy(), pairs["component_r"].to_numpy()])
    return np.asarray(keys[np.unique(ends) - 1], dtype=np.uint64)


_STRAYS = """
with
named as (
    select distinct component from record_contents
)

select count(*)
from named
full join representatives using (component)
where named.component is null or representatives.component is null
"""


def represent_reached(engine: Engine) -> bool:
    """Make ``representatives`` anew: those of ``heads_tonight``, and of ``records_reached`` those of the last run.

    Both come to ``heads_tonight`` and ``blocks_tonight``. Returns whether they are those of the components at hand.
    """
    engine.create_table(
        "heads_kept", f"select * from {_KEPT} where head_key in (select record_key from records_reached)"
    )
    engine.execute("insert into heads_tonight by name select * from heads_kept")
    engine.execute(f"insert into blocks_tonight by name {block_keys(engine, 'heads_kept')}")
    columns = ", ".join(f"heads.{name}" for name in content_columns(engine, "heads_tonight"))
    engine.create_table(
        "representatives",
        f"select numbers.node as component, {columns} from heads_tonight as heads "
        "inner join record_numbers as numbers on heads.head = numbers.record_id",
    )
    return not int(engine.scalar(_STRAYS))


# two that did not change can meet only where each is an end of a probable pair, tonight's or an earlier one
_UNCHANGED = """
with
siblings as (
    select
        kept.head_key,
        count(*) over (partition by records.family) as count_heads
    from {kept} as kept
    inner join {records} as records on kept.head_key = records.record_key
    where records.family in (
        select records.family from {records} as records semi join touched_records using (record_key)
    )
)

select representatives.*
from representatives
inner join record_numbers as numbers on representatives.component = numbers.node
where hash(numbers.record_id) not in (select head_key from heads_changed)
    and (
        hash(numbers.record_id) in (select head_key from heads_reached)
        or hash(numbers.record_id) in (select head_key from siblings where count_heads > 1)
    )
"""


def pairs_at_hand(engine: Engine, model: Model, count: int, scored: pd.DataFrame) -> pd.DataFrame:
    """Scored pairs among the representatives at hand, numbered as they are.

    Those with a changed side come from ``scored``; pairs of which neither changed are scored again, since only the
    probable ones are kept from night to night.
    """
    import numpy as np
    import pandas as pd

    engine.create_table("representatives_unchanged", _UNCHANGED.format(kept=_KEPT, records=_RECORDS))
    nodes = engine.frame(
        "select compared.component, coalesce(representatives.component, -1) as node from heads_compared as compared "
        "left join record_numbers as numbers on compared.head = numbers.record_id "
        "left join representatives on numbers.node = representatives.component order by compared.component"
    )["node"].to_numpy(dtype=np.int64)
    ends = [nodes[scored[f"component_{side}"].to_numpy() - 1] for side in ("l", "r")]
    at_hand = (ends[0] >= 0) & (ends[1] >= 0)
    inside = scored[at_hand].copy()
    inside["component_l"], inside["component_r"] = ends[0][at_hand], ends[1][at_hand]
    again = score(engine, model, count, "representatives_unchanged")
    both = pd.concat([inside[again.columns], again], ignore_index=True) if len(inside) else again
    return both.sort_values(["component_l", "component_r"], ignore_index=True)
