"""Who is one customer, over the records at hand: links, components, model, guards, decisions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cdp.engines import Engine
from cdp.identity.graph import components
from cdp.identity.identifier_graph import PER_RECORD, Components, build_links, make, register_components, solve
from cdp.identity.model_graph import ModelEdges, join_components, no_edges
from cdp.identity.review import Verdict, take_apart
from cdp.identity.rulings import Rulings, enforce, load_rulings
from cdp.identity.settings import IdentitySettings

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

MODEL_STEPS = ("record_places", "record_contents", "component_contacts", "representatives")


@dataclass(frozen=True)
class Linked:
    """Components of exact identifiers, and what stewards decided about their records."""

    rulings: Rulings
    solved: Components


def link_up(engine: Engine, settings: IdentitySettings, narrow: Callable[[], None] | None = None) -> Linked:
    """From the input tables to table ``representatives``; ``narrow`` as for ``solve_links``."""
    linked = solve_links(engine, settings, narrow)
    make(engine, *(step for step in MODEL_STEPS if not narrow or step not in PER_RECORD))
    return linked


def solve_links(engine: Engine, settings: IdentitySettings, narrow: Callable[[], None] | None = None) -> Linked:
    """From the input tables to table ``record_components``.

    ``narrow`` leaves, of the records whose identifiers were linked, those whose customer is asked for.
    """
    build_links(engine, settings, narrow)
    rulings = load_rulings(engine)
    solved = solve(engine, settings, rulings)
    register_components(engine, solved.labels)
    return Linked(rulings, solved)


def decide(engine: Engine, settings: IdentitySettings, linked: Linked, scored: pd.DataFrame | None) -> ModelEdges:
    """From scored pairs to tables ``record_clusters``, ``refused_links`` and ``model_edges``."""
    labels = linked.solved.labels
    edges = no_edges(labels) if scored is None else join_components(engine, settings, labels, scored, linked.rulings)
    verdict = take_apart(engine, settings, labels, edges.labels)
    _register_refused(engine, linked.solved.refused)
    verdict = enforce(engine, linked.rulings, verdict, edges.edges)
    _register_outcome(engine, edges, verdict)
    return edges


def label_families(engine: Engine, linked: Linked, edges: ModelEdges) -> None:
    """Make ``night_families`` (record_key, family): records that links, kept pairs or decisions connect.

    No guard is heeded: what lies in another family can play no part in what becomes of a record.
    """
    import numpy as np

    links = engine.frame("select node_l, node_r from links where cut_reason is null")
    pairs = [*linked.rulings.together, *linked.rulings.apart]
    left = [links["node_l"], edges.edges["component_l"], [pair.left for pair in pairs]]
    right = [links["node_r"], edges.edges["component_r"], [pair.right for pair in pairs]]
    ends = [np.concatenate([np.asarray(part, dtype=np.int64) for part in side]) for side in (left, right)]
    families = components(len(linked.solved.labels), ends[0], ends[1])
    _register_numbers(engine, "node_families", {"family": families})
    engine.create_table(
        "night_families",
        "select hash(members.record_id) as record_key, hash(eldest.record_id) as family from node_families "
        "inner join record_numbers as members on node_families.node = members.node "
        "inner join record_numbers as eldest on node_families.family = eldest.node",
    )


def _register_refused(engine: Engine, refused: dict[int, str]) -> None:
    import pandas as pd

    numbers = pd.DataFrame({"link": list(refused), "refusal": list(refused.values())})
    engine.register("refused_links", numbers.astype({"link": "int64", "refusal": "string"}))


def _register_numbers(engine: Engine, table: str, columns: dict[str, NDArray[np.generic]]) -> None:
    import numpy as np
    import pandas as pd

    count = len(next(iter(columns.values())))
    engine.register(table, pd.DataFrame({"node": np.arange(count, dtype=np.int64), **columns}))


def _register_outcome(engine: Engine, edges: ModelEdges, verdict: Verdict) -> None:
    engine.register("model_edges", edges.edges)
    _register_numbers(
        engine,
        "node_clusters",
        {"cluster": verdict.labels, "needs_review": verdict.needs_review, "decided": verdict.decided},
    )
    engine.create_table(
        "record_clusters",
        "select n.record_id, c.cluster, c.needs_review, c.decided from record_numbers as n "
        "inner join node_clusters as c on n.node = c.node",
    )
