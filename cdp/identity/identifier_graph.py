"""Guarded components over exact identifiers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cdp.engines import Engine
from cdp.identity.agglomerate import Agglomeration, Conflicts, Group, Link
from cdp.identity.graph import components
from cdp.identity.rulings import STAR, Rulings, add_links
from cdp.identity.settings import IdentitySettings
from cdp.steps import step_sql

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

STEPS = (
    "record_names",
    "standard_identifiers",
    "blocked_identifiers",
    "usable_identifiers",
    "identifier_holders",
    "holder_pairs",
)
PER_RECORD = ("record_names", "standard_identifiers", "record_places")
"""Steps whose rows hang on one record alone."""
MAX_NAMES_COMPARED = 200


def make(engine: Engine, *names: str, params: dict[str, object] | None = None) -> None:
    """Make the named identity steps, in the order given."""
    for name in names:
        engine.create_table(name, step_sql("identity", name), params)


def relate_names(engine: Engine, pairs_sql: str) -> None:
    """Make ``name_relations`` for the pairs (name_key_l, name_key_r) that a query asks for."""
    make(engine, "name_forms")
    engine.create_table("name_pairs_wanted", pairs_sql)
    make(engine, "name_relations")


def build_links(engine: Engine, settings: IdentitySettings, narrow: Callable[[], None] | None = None) -> None:
    """From standardised input to table ``links`` over ``record_numbers`` (record_id → node).

    ``narrow`` leaves some of the records whose identifiers were linked; the records are standardised then, and which
    values are blocked is known.
    """
    params: dict[str, object] = {"gmail_dots_optional": settings.gmail_dots_optional}
    make(
        engine,
        *(step for step in STEPS if not narrow or step not in (*PER_RECORD, "blocked_identifiers")),
        params=params,
    )
    relate_names(engine, "select distinct name_key_l, name_key_r from holder_pairs")
    make(engine, "mailbox_verdicts", "contested_identifiers", "identifier_links")
    if narrow:
        narrow()
    make(engine, "record_numbers", "links")


@dataclass(frozen=True)
class Components:
    """For each node its component, and the links refused as link number → reason."""

    labels: NDArray[np.int64]
    refused: dict[int, str]


def solve(engine: Engine, settings: IdentitySettings, rulings: Rulings) -> Components:
    """Components over ``links``; those that mix people are solved again link by link, strongest first."""
    star = STAR if rulings.apart else "-1 as star"
    links = engine.frame(
        f"select link, node_l, node_r, priority, needs_family_name, relation, {star} from links "
        "where cut_reason is null order by link"
    )
    count = int(engine.scalar("select count(*) from record_numbers"))
    labels = components(count, links["node_l"].to_numpy(), links["node_r"].to_numpy())
    register_components(engine, labels)
    suspicious = _suspicious(engine)
    suspicious |= {int(labels[pair.left]) for pair in rulings.apart if labels[pair.left] == labels[pair.right]}
    if not suspicious:
        return Components(labels, {})
    return _solve_again(engine, settings, links, labels, suspicious, rulings)


def register_components(engine: Engine, labels: NDArray[np.int64]) -> None:
    """Make ``record_components`` (node, component)."""
    import numpy as np
    import pandas as pd

    engine.register(
        "record_components", pd.DataFrame({"node": np.arange(len(labels), dtype=np.int64), "component": labels})
    )


def _suspicious(engine: Engine) -> set[int]:
    """Components that may hold several people; makes ``name_relations`` for the names that meet in one."""
    make(engine, "component_names")
    relate_names(
        engine,
        "select distinct l.name_key as name_key_l, r.name_key as name_key_r from component_names as l "
        "inner join component_names as r on l.component = r.component and l.name_key < r.name_key "
        f"where l.count_names <= {MAX_NAMES_COMPARED}",
    )
    make(engine, "suspicious_components", params={"max_names_compared": MAX_NAMES_COMPARED})
    return {int(component) for (component,) in engine.rows("select component from suspicious_components")}


def load_conflicts(engine: Engine, settings: IdentitySettings) -> Conflicts:
    """The conflicting pairs of ``name_relations``."""
    rows = engine.rows(
        "select name_key_l, name_key_r, is_given_conflict, is_family_conflict from name_relations "
        "where is_given_conflict or is_family_conflict"
    )
    given = frozenset((left, right) for left, right, conflict, _ in rows if conflict)
    family = frozenset((left, right) for left, right, _, conflict in rows if conflict)
    return Conflicts(given, family, settings.guards.conflict_share)


def _solve_again(
    engine: Engine,
    settings: IdentitySettings,
    links: pd.DataFrame,
    labels: NDArray[np.int64],
    suspicious: set[int],
    rulings: Rulings,
) -> Components:
    import numpy as np
    import pandas as pd

    chosen = pd.Series(labels).isin(suspicious).to_numpy()
    nodes = engine.frame("select node, name_key, birth_date from record_numbers order by node")[chosen]
    groups = {
        int(node): Group([int(node)], Counter([name] if name else []), Counter([date] if date else []))
        for node, name, date in nodes.itertuples(index=False)
    }
    for node, apart in rulings.apart_by_label(np.arange(len(labels), dtype=np.int64)).items():
        if node in groups:
            groups[node].apart.update(apart)
    inside = links[chosen[links["node_l"].to_numpy()]]
    candidates = [
        Link((-priority, _RELATION_RANK.get(relation, 9)), int(left), int(right), int(number), bool(family), int(star))
        for number, left, right, priority, family, relation, star in inside.itertuples(index=False)
    ]
    agglomeration = Agglomeration(groups, load_conflicts(engine, settings))
    refused = agglomeration.join(candidates)
    add_links(engine, agglomeration.repairs)
    solved = labels.copy()
    for node in groups:
        solved[node] = agglomeration.find(node)
    return Components(np.asarray(solved, dtype=np.int64), refused)


_RELATION_RANK = {"same": 0, "nameless": 1, "nickname": 2, "initial": 3, "similar": 4, "unknown": 5}
