"""A night that decides anew only about touched records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdp.engines import Engine
from cdp.identity.identifier_graph import make
from cdp.identity.incremental.pairs import (
    compare_changed,
    find_changed,
    heads_of,
    name_heads,
    pairs_at_hand,
    represent_reached,
)
from cdp.identity.incremental.scope import narrow, open_touched
from cdp.identity.incremental.state import KeptState, before
from cdp.identity.matching import Linked, decide, label_families, link_up, solve_links
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
_LINKED = {"usable_identifiers": ("record_id",), "identifier_links": ("record_id_l", "record_id_r")}


class WholeNightError(Exception):
    """Tonight's change cannot be told apart from the rest; the message says why."""


def decide_touched(engine: Engine, settings: IdentitySettings, model: Model, kept: KeptState) -> int:
    """Make ``record_clusters``, ``links`` and ``model_edges`` for ``touched_records`` and the families they reach.

    Also makes ``replaced_records``, ``night_families``, ``heads_tonight`` and ``blocks_tonight``; returns the number of
    all representatives. Raises ``WholeNightError``.
    """
    engine.create_view("blocked_identifiers", "select * from blocked_tonight")
    linked = _link_touched(engine, settings)
    name_heads(engine, "heads_tonight")
    find_changed(engine)
    count = (
        kept.representatives - int(engine.scalar(_OLD_HEADS)) + int(engine.scalar("select count(*) from heads_tonight"))
    )
    if model.basis(count) != kept.signature.basis:
        raise WholeNightError("there are so many more or fewer representatives that the model's prior moved")
    scored = compare_changed(engine, model, count)
    if _reach_further(engine, scored[scored["match_probability"] >= settings.model.keep_probability]):
        linked = _link_reached(engine, settings)
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
    _check_border(engine)
    return linked


def _link_reached(engine: Engine, settings: IdentitySettings) -> Linked:
    """Link ``records_reached`` alone, and solve them together with what was linked before.

    No change was found among them, so they are represented as they were.
    """
    for table in _LINKED:
        engine.rename(table, f"{table}_before")
    open_touched(engine, "records_reached", {"gmail_dots_optional": settings.gmail_dots_optional}, alone=True)
    linked = solve_links(engine, settings, lambda: _put_together(engine))
    _check_border(engine)
    make(engine, "record_contents")
    if not represent_reached(engine):
        raise WholeNightError("a change reached records that the kept state does not connect with it")
    return linked


def _check_border(engine: Engine) -> None:
    if int(engine.scalar(_BORDER)):
        raise WholeNightError("a link leads to records that the kept state does not connect with it")


def _put_together(engine: Engine) -> None:
    """What was linked before, and what the reached records have to do with."""
    for table, ends in _LINKED.items():
        mine = " or ".join(f"hash({end}) in (select record_key from records_reached)" for end in ends)
        engine.create_table(
            f"{table}_together",
            f"select * from {table}_before where not ({mine}) union all by name select * from {table} where {mine}",
        )
        engine.rename(f"{table}_together", table)
    narrow(engine, "touched_records")


def _reach_further(engine: Engine, probable: pd.DataFrame) -> bool:
    """Add the families of representatives that a probable pair connects with a touched one: ``records_reached``."""
    import pandas as pd

    engine.register("heads_reached", pd.DataFrame({"head_key": heads_of(engine, probable)}))
    engine.create_table(
        "families_reached",
        f"select distinct kept.family from {_FAMILIES} as kept "
        "inner join heads_reached as reached on kept.record_key = reached.head_key "
        "where kept.record_key not in (select record_key from touched_records)",
    )
    reached = engine.create_table(
        "records_reached",
        f"select kept.record_key from {_FAMILIES} as kept "
        "semi join families_reached as reached on kept.family = reached.family "
        "where kept.record_key not in (select record_key from touched_records)",
    )
    engine.execute("insert into touched_records select record_key from records_reached")
    return bool(reached)
