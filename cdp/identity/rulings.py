"""Decisions as identity resolution applies them: they outrank identifiers, the model and every guard."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cdp.engines import Engine
from cdp.identity.agglomerate import Agglomeration, Conflicts, Group, Link
from cdp.identity.decisions import Decision, Kind
from cdp.identity.graph import components

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from cdp.identity.review import Verdict

COLUMNS = (
    "decision_id",
    "kind",
    "record_id_l",
    "record_id_r",
    "identifier_type",
    "identifier_value",
    "actor",
    "reason",
)
# the links that one record holds through one value, as a number: only decisions need to know them
STAR = "dense_rank() over (order by identifier_type, identifier_value, record_id_l) - 1 as star"
_UNCONTESTED = Conflicts(frozenset(), frozenset(), 2.0)  # a share is at most 1: nothing conflicts


@dataclass(frozen=True)
class NodePair:
    """Two record numbers that a decision speaks of."""

    left: int
    right: int
    decision: int


@dataclass(frozen=True)
class Rulings:
    """Decisions over the record numbers of one run; those of records that are not there are left out."""

    together: tuple[NodePair, ...] = ()
    apart: tuple[NodePair, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.together or self.apart)

    def apart_by_label(self, labels: NDArray[np.int64]) -> dict[int, dict[int, int]]:
        """For each label the labels it never meets, with the decision; pairs within one label are left out."""
        found: dict[int, dict[int, int]] = defaultdict(dict)
        for pair in reversed(self.apart):
            left, right = int(labels[pair.left]), int(labels[pair.right])
            if left != right:
                found[left][right] = found[right][left] = pair.decision
        return dict(found)


def decisions_frame(decisions: Sequence[Decision]) -> pd.DataFrame:
    """One row per pair or blocked value: what ``resolve`` takes as ``decisions``."""
    import pandas as pd

    rows = [
        (one.decision_id, str(one.kind), *pair, one.identifier_type, one.identifier_value, one.actor, one.reason)
        for one in decisions
        for pair in (one.pairs or ((None, None),))
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(
        {name: "int64" if name == "decision_id" else "string" for name in COLUMNS}
    )


def register_decisions(engine: Engine, decisions: str | pd.DataFrame | None) -> None:
    """Make table ``steward_decisions``, empty when there are none."""
    if isinstance(decisions, str):
        engine.create_table("steward_decisions", f"select {', '.join(COLUMNS)} from {decisions}")
    else:
        engine.register("steward_decisions", decisions_frame(()) if decisions is None else decisions)


def load_rulings(engine: Engine) -> Rulings:
    """Pairs of ``steward_decisions`` over ``record_numbers``; makes ``decision_edges`` for ``identity_edges``."""
    rows = engine.rows(
        "select d.decision_id, d.kind, d.record_id_l, d.record_id_r, l.node, r.node, d.actor, d.reason "
        "from steward_decisions as d inner join record_numbers as l on d.record_id_l = l.record_id "
        f"inner join record_numbers as r on d.record_id_r = r.record_id where d.kind <> '{Kind.block}' "
        "order by d.decision_id, d.record_id_l, d.record_id_r"
    )
    _register_edges(engine, rows)
    pairs = [(str(row[1]), NodePair(int(row[4]), int(row[5]), int(row[0]))) for row in rows]
    return Rulings(
        tuple(pair for kind, pair in pairs if kind == Kind.must_link),
        tuple(pair for kind, pair in pairs if kind == Kind.never_link),
    )


def _register_edges(engine: Engine, rows: Iterable[tuple[object, ...]]) -> None:
    import pandas as pd

    edges: dict[tuple[object, ...], tuple[object, ...]] = {}
    for number, kind, left, right, _, _, actor, reason in rows:
        rule = "one customer" if kind == Kind.must_link else "never one customer"
        evidence = json.dumps({"rule": rule, "decision": number, "actor": actor, "reason": reason}, ensure_ascii=False)
        cut = None if kind == Kind.must_link else kept_apart(number)
        edges.setdefault((left, right), (left, right, evidence, cut))
    columns = ("record_id_l", "record_id_r", "evidence", "cut_reason")
    engine.register("decision_edges", pd.DataFrame(list(edges.values()), columns=list(columns), dtype="string"))


def kept_apart(decision: object) -> str:
    """Why an edge was cut, for ``cut_reason``."""
    return f"decision {decision} keeps them apart"


def enforce(engine: Engine, rulings: Rulings, verdict: Verdict, model_edges: pd.DataFrame) -> Verdict:
    """Join what must be one customer, part what never is one by its weakest edges; all else stays as it is."""
    import numpy as np

    if not rulings:
        return verdict
    labels = verdict.labels.copy()
    decided = np.zeros(len(labels), dtype=np.int64)
    mine = np.array([[pair.left, pair.right] for pair in rulings.together], dtype=np.int64).reshape(-1, 2)
    joined = components(len(labels), labels[mine[:, 0]], labels[mine[:, 1]])[labels]
    contested = _contested(rulings.apart, joined)
    held = _held(engine, model_edges, verdict.labels) if contested else None
    for label, apart in contested.items():
        nodes = np.flatnonzero(joined == label)
        together = [pair for pair in rulings.together if joined[pair.left] == label]
        edges = _inside(held, joined == label)
        parted = _part(engine, nodes.tolist(), together, apart, edges)
        joined[nodes] = [parted[int(node)] for node in nodes]
        decided[nodes] = min(pair.decision for pair in apart)
    return type(verdict)(joined, verdict.needs_review, decided)


def _contested(apart: Iterable[NodePair], labels: NDArray[np.int64]) -> dict[int, list[NodePair]]:
    found: dict[int, list[NodePair]] = defaultdict(list)
    for pair in apart:
        if labels[pair.left] == labels[pair.right]:
            found[int(labels[pair.left])].append(pair)
    return dict(sorted(found.items()))


def _held(engine: Engine, model_edges: pd.DataFrame, labels: NDArray[np.int64]) -> pd.DataFrame:
    """Every edge that held the clusters together: identifiers by priority, then model edges by weight."""
    import pandas as pd

    links = engine.frame(
        "select -cast(l.priority as double) as rank, cast(0 as double) as weight, l.node_l as left, l.node_r as right, "
        f"l.link as key, {STAR} from links as l left join refused_links as r on l.link = r.link "
        "where l.cut_reason is null and r.link is null"
    )
    used = model_edges[~model_edges["is_cut"].astype(bool)]
    scored = pd.DataFrame(
        {
            "rank": 1.0,
            "weight": -used["match_weight"].astype("float64").round(6),
            "left": used["component_l"].astype("int64"),
            "right": used["component_r"].astype("int64"),
            "key": -1,
            "star": -1,
        }
    )
    edges = pd.concat([links, scored], ignore_index=True) if len(scored) else links
    left, right = edges["left"].to_numpy(), edges["right"].to_numpy()
    whole: pd.DataFrame = edges.loc[labels[left] == labels[right]]
    return whole


def _inside(held: pd.DataFrame | None, chosen: NDArray[np.bool_]) -> Iterator[Link]:
    if held is None:
        return
    edges = held[chosen[held["left"].to_numpy()]]
    for rank, weight, left, right, key, star in edges.itertuples(index=False):
        yield Link((float(rank), float(weight)), int(left), int(right), int(key), star=int(star))


def _part(
    engine: Engine, nodes: list[int], together: list[NodePair], apart: list[NodePair], edges: Iterable[Link]
) -> dict[int, int]:
    groups = {node: Group([node]) for node in nodes}
    for pair in apart:
        groups[pair.left].apart[pair.right] = pair.decision
        groups[pair.right].apart[pair.left] = pair.decision
    agglomeration = Agglomeration(groups, _UNCONTESTED)
    for pair in together:
        agglomeration.merge(pair.left, pair.right)
    agglomeration.join(edges)
    add_links(engine, agglomeration.repairs)
    return {node: agglomeration.find(node) for node in nodes}


def add_links(engine: Engine, repairs: Sequence[tuple[int, int, int]]) -> None:
    """Add (link, node, node) to ``links``: joined through the value of that link, whose own record was parted."""
    import pandas as pd

    if not repairs:
        return
    engine.register("repairs", pd.DataFrame(sorted(set(repairs)), columns=["link", "left", "right"]))
    engine.execute(_ADD_LINKS)


_ADD_LINKS = """
insert into links by name
with wanted as (
    select distinct
        least(repairs.left, repairs.right) as node_l,
        greatest(repairs.left, repairs.right) as node_r,
        links.identifier_type,
        links.identifier_value,
        links.priority,
        links.needs_family_name
    from repairs
    inner join links on repairs.link = links.link
)
select
    (select max(link) from links) + row_number() over (
        order by wanted.identifier_type, wanted.identifier_value, wanted.node_l, wanted.node_r
    ) as link,
    wanted.*,
    'same' as relation,
    l.record_id as record_id_l,
    r.record_id as record_id_r,
    cast(null as varchar) as cut_reason
from wanted
inner join record_numbers as l on wanted.node_l = l.node
inner join record_numbers as r on wanted.node_r = r.node
where not exists (
    select 1
    from links
    where links.identifier_type = wanted.identifier_type
        and links.identifier_value = wanted.identifier_value
        and least(links.node_l, links.node_r) = wanted.node_l
        and greatest(links.node_l, links.node_r) = wanted.node_r
)
"""
