"""Edges of the identity graph as people read them, and the strongest path over them."""

from __future__ import annotations

import heapq
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cdp.identity.settings import DEFAULT_RULES
from cdp.serving.reader import Reader

FIELDS = {
    "given": "given name",
    "household": "family name and place",
    "birth_date": "birth date",
    "mailbox": "mailbox name",
    "phone": "phone",
}
_NAMES = {
    "same": "under one name",
    "nameless": "one of them gives no name",
    "nickname": "the given names are forms of one name",
    "initial": "one gives an initial only",
    "similar": "the names are spelled alike",
    "unknown": "the names do not contradict",
}
NEVER = "never compared"
_KINDS = (
    ("not probable enough", "threshold"),
    (NEVER, NEVER),
    ("decision ", "decision"),
    ("given names differ", "veto"),
    ("family names differ", "veto"),
    ("one is junior", "veto"),
    ("birth dates differ", "veto"),
    ("an initial that fits several people", "veto"),
)
_COLUMNS = (
    "edges.record_id_l, edges.record_id_r, edges.edge_type, edges.identifier_type, edges.identifier_value, "
    "edges.match_weight, edges.match_probability, edges.evidence, edges.is_cut, edges.cut_reason"
)


@dataclass(frozen=True)
class Edge:
    """One reason that two records are one customer, or why that was refused. Weights are in bits."""

    left: str
    right: str
    edge_type: str
    identifier_type: str | None
    identifier_value: str | None
    weight: float | None
    probability: float | None
    evidence: Mapping[str, Any]
    is_cut: bool
    cut_reason: str | None

    @property
    def steps(self) -> list[tuple[str, float]]:
        """The waterfall: where any two records start, then what each field adds. They sum to ``weight``.

        A field that one side lacks says nothing, and is left out.
        """
        if self.weight is None:
            return []
        fields = [(FIELDS.get(name, name), float(weight)) for name, weight in self.evidence.items() if weight]
        return [("two records by chance", round(self.weight - sum(weight for _, weight in fields), 3)), *fields]

    @property
    def words(self) -> str:
        """Why the edge is there."""
        if self.edge_type == "decision":
            said = f": {self.evidence['reason']}" if self.evidence.get("reason") else ""
            signed = f"{self.evidence.get('actor')} decided (decision {self.evidence.get('decision')})"
            return f"{signed}: {self.evidence.get('rule')}{said}"
        if self.edge_type == "identifier":
            kind = (self.identifier_type or "").replace("_", " ")
            names = _NAMES.get(str(self.evidence.get("names")), "")
            return f"both carry {kind} {self.identifier_value}" + (f"; {names}" if names else "")
        told = [f"{name} {weight:+.1f}" for name, weight in self.steps if abs(weight) >= 0.05]
        return f"the model gives {self.probability:.1%} ({', '.join(told)} = {self.weight:+.1f} bits)"

    @property
    def kept_apart_by(self) -> str:
        """``threshold``, ``veto``, ``guard``, ``decision`` or ``never compared``; empty for an edge that holds."""
        if not self.is_cut:
            return ""
        return next((kind for start, kind in _KINDS if (self.cut_reason or "").startswith(start)), "guard")

    @property
    def cost(self) -> float:
        """Lower is stronger: decisions, then identifiers by priority, then the model by probability."""
        if self.edge_type == "decision":
            return 0.1
        if self.edge_type == "identifier":
            rule = DEFAULT_RULES.get(self.identifier_type or "")
            return 1.0 + (100 - (rule.priority if rule else 50)) / 100
        return 2.0 + 10 * (1 - (self.probability or 0.0))

    def as_document(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {
            "record_id_l": self.left,
            "record_id_r": self.right,
            "edge_type": self.edge_type,
            "identifier_type": self.identifier_type,
            "identifier_value": self.identifier_value,
            "match_weight": self.weight,
            "match_probability": self.probability,
            "weights": [{"of": name, "bits": weight} for name, weight in self.steps],
            "words": self.words,
            "is_cut": self.is_cut,
            "cut_reason": self.cut_reason,
            "kept_apart_by": self.kept_apart_by or None,
        }


def all_edges(reader: Reader) -> list[Edge]:
    """Every edge of the run, the strongest first."""
    return _fetch(reader, "", {})


def doubtful_edges(reader: Reader) -> list[Edge]:
    """Edges that the model weighed, and identifiers that a veto refused; the strongest first."""
    return _fetch(
        reader,
        "where edges.edge_type = 'model' or (edges.edge_type = 'identifier' and edges.cut_reason is not null)",
        {},
    )


def edges_within(reader: Reader, customer_id: str) -> list[Edge]:
    """Edges between two records of one customer, the strongest first."""
    return _fetch(
        reader,
        "inner join identity_map as l on edges.record_id_l = l.record_id and l.customer_id = $customer_id "
        "inner join identity_map as r on edges.record_id_r = r.record_id and r.customer_id = $customer_id",
        {"customer_id": customer_id},
    )


def edges_leaving(reader: Reader, customer_id: str, other_id: str | None = None) -> list[Edge]:
    """Cut edges from one customer's records to another's (default: anybody's), the strongest first."""
    return _fetch(
        reader,
        "inner join identity_map as l on edges.record_id_l = l.record_id "
        "inner join identity_map as r on edges.record_id_r = r.record_id and r.customer_id <> l.customer_id "
        "where (l.customer_id = $customer_id and ($other is null or r.customer_id = $other)) "
        "or (r.customer_id = $customer_id and ($other is null or l.customer_id = $other))",
        {"customer_id": customer_id, "other": other_id},
    )


def _fetch(reader: Reader, joins: str, params: Mapping[str, object]) -> list[Edge]:
    rows = reader.fetch(
        f"select {_COLUMNS} from identity_edges as edges {joins} order by edges.edge_id", params or None
    ).rows
    return sorted((_edge(row) for row in rows), key=lambda edge: (edge.cost, edge.left, edge.right))


def _edge(row: tuple[Any, ...]) -> Edge:
    left, right, edge_type, kind, value, weight, probability, evidence, is_cut, reason = row
    details = json.loads(evidence) if evidence else {}
    return Edge(left, right, edge_type, kind, value, weight, probability, details, bool(is_cut), reason)


def strongest_path(edges: Iterable[Edge], start: str, goal: str) -> list[Edge]:
    """The cheapest way from one record to another over edges that hold; empty when there is none."""
    beside: dict[str, list[tuple[str, Edge]]] = {}
    for edge in edges:
        if not edge.is_cut:
            beside.setdefault(edge.left, []).append((edge.right, edge))
            beside.setdefault(edge.right, []).append((edge.left, edge))
    best: dict[str, float] = {start: 0.0}
    came: dict[str, tuple[str, Edge]] = {}
    waiting = [(0.0, start)]
    while waiting:
        cost, record = heapq.heappop(waiting)
        if record == goal or cost > best[record]:
            continue
        for other, edge in beside.get(record, ()):
            if cost + edge.cost < best.get(other, math.inf):
                best[other] = cost + edge.cost
                came[other] = (record, edge)
                heapq.heappush(waiting, (best[other], other))
    path: list[Edge] = []
    while goal in came and goal != start:
        goal, edge = came[goal]
        path.append(edge)
    return path[::-1]


def holding(edges: Iterable[Edge]) -> list[Edge]:
    """The fewest and strongest edges that hold a customer together: one less than its records."""
    root: dict[str, str] = {}

    def find(record: str) -> str:
        while root.setdefault(record, record) != record:
            root[record] = root[root[record]]
            record = root[record]
        return record

    kept = []
    for edge in sorted(edges, key=lambda edge: (edge.cost, edge.left, edge.right)):
        left, right = find(edge.left), find(edge.right)
        if not edge.is_cut and left != right:
            root[left] = right
            kept.append(edge)
    return kept
