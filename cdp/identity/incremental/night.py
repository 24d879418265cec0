"""A night that decides anew only about touched records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdp.engines import Engine
from cdp.identity.incremental.pairs import (
    block_keys,
    compare_changed,
    find_changed,
    heads_of,
    name_heads,
    pairs_at_hand,
)
from cdp.identity.incremental.scope import narrow, open_touched
from cdp.identity.incremental.state import KeptState, before
from cdp.identity.matching import Linked, decide, label_families, link_up
from cdp.identity.model import Model
from cdp.identity.settings import IdentitySettings

if TYPE_CHECKING:
    import pandas as pd

_KEPT = before("identity_state_representatives")
_FAMILIES = before("identity_state_records")
_OLD_HEADS = f"select count(*) from {_KEPT} where head_key in (select record_key from replaced_records)"
_BORDER = """
select count(*)
from identifier_links as links
left join record_numbers as l on links.record_id_l = l.record_id
left join record_numbers as r on links.record_id_r = r.record_id
where links.cut_reason is null and (l.node is null) <> (r.node is null)
"""


class WholeNightError(Exception):
    """Tonight's change cannot be told apart from the rest; the message says why."""


def decide_touched(engine: Engine, settings: IdentitySettings, model: Model, kept: KeptState) -> int:
    """Make ``record_clusters``, ``links`` and ``model_edges`` for ``touched_records`` and the families they reach.

    Also makes ``replaced_records``, ``night_families``, ``heads_tonight`` and ``blocks_tonight``; returns the number of
    all representatives. Raises ``WholeNightError``.
    """
    engine.create_view("blocked_identifiers", "select * from blocked_tonight")
    linked = _link_touched(engine, settings)
    changed = find_changed(engine)
    count = (
        kept.representatives - int(engine.scalar(_OLD_HEADS)) + int(engine.scalar("select count(*) from heads_tonight"))
    )
    if model.basis(count) != kept.signature.basis:
        raise WholeNightError("there are so many more or fewer representatives that the model's prior moved")
    scored = compare_changed(engine, model, count)
    if _reach_further(engine, scored[scored["match_probability"] >= settings.model.keep_probability]):
        linked = _link_touched(engine, settings)
        if find_changed(engine) != changed:
            raise WholeNightError("a change reached records that the kept state does not connect with it")
        engine.create_table("blocks_tonight", block_keys(engine, "heads_tonight"))
    pairs = pairs_at_hand(engine, model, count, scored)
    edges = decide(engine, settings, linked, pairs)
    label_families(engine, linked, edges)
    return count


def _link_touched(engine: Engine, settings: IdentitySettings) -> Linked:
    engine.create_view(
        "replaced_records", "select record_key from touched_records union all select record_key from gone_records"
    )
    open_touched(engine, "touched_records", {"gmail_dots_optional": settings.gmail_dots_optional})
    linked = link_up(engine, settings, lambda: narrow(engine, "touched_records"))
    name_heads(engine, "heads_tonight")
    if int(engine.scalar(_BORDER)):
        raise WholeNightError("a link leads to records that the kept state does not connect with it")
    return linked


def _reach_further(engine: Engine, probable: pd.DataFrame) -> bool:
    """Add the families of representatives that a probable pair connects with a touched one."""
    import pandas as pd

    engine.register("heads_reached", pd.DataFrame({"head_key": heads_of(engine, probable)}))
    engine.create_table(
        "families_reached",
        f"select distinct kept.family from {_FAMILIES} as kept "
        "inner join heads_reached as reached on kept.record_key = reached.head_key "
        "where kept.record_key not in (select record_key from touched_records)",
    )
    if not int(engine.scalar("select count(*) from families_reached")):
        return False
    engine.execute(
        f"insert into touched_records select kept.record_key from {_FAMILIES} as kept "
        "semi join families_reached as reached on kept.family = reached.family "
        "where kept.record_key not in (select record_key from touched_records)"
    )
    return True
