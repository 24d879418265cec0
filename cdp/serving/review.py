"""The questions whose answers teach the most: doubtful pairs with much at stake first."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from cdp.identity.doubts import FITS_TWO
from cdp.serving.edges import Edge, doubtful_edges, edges_within
from cdp.serving.reader import Reader
from cdp.serving.sides import Side, sides

_SIZES = "select customer_id, count_records from customers"
_MONEY = "select customer_id, cast(coalesce(net_revenue, 0) as double) from profiles"
# How often pairs that a veto refused were one person after all: measured on synthetic retail records.
# What fits two people belongs to one of them.
_VETOED = {"given names differ": 0.10, "birth dates differ": 0.26, "an initial that fits several people": 0.5}
_LEAST_VETOED = 0.1


@dataclass(frozen=True)
class Question:
    """Are two records one customer? ``worth`` grows with doubt and with what the answer moves."""

    edge: Edge
    customer_l: str
    customer_r: str
    worth: float
    records_at_stake: int
    revenue_at_stake: float

    @property
    def is_joined(self) -> bool:
        """Whether they are one customer now."""
        return self.customer_l == self.customer_r

    @property
    def why(self) -> str:
        """Why it is asked."""
        state = "joined" if self.is_joined else f"kept apart ({self.edge.cut_reason})"
        return f"{state}: {self.edge.words}"


def questions(
    reader: Reader, threshold: float, decided: Collection[tuple[str, str]] = (), limit: int = 20
) -> list[Question]:
    """The questions to ask, the most worthwhile first; one per pair of customers.

    ``threshold`` is the probability from which the model joins; ``decided`` are pairs of records (sorted) that a
    steward has answered already. ``limit`` 0 means all.
    """
    sizes = {str(customer): int(count) for customer, count in reader.fetch(_SIZES).rows}
    money = {str(customer): float(value) for customer, value in reader.fetch(_MONEY).rows}
    owner = {str(r): str(c) for r, c in reader.fetch("select record_id, customer_id from identity_map").rows}
    answered = {(owner[left], owner[right]) for left, right in decided if left in owner and right in owner}
    asked: dict[tuple[str, ...], Question] = {}
    for edge in doubtful_edges(reader):
        probability = _doubt(edge)
        left, right = owner[edge.left], owner[edge.right]
        is_apart = left != right
        if probability is None or (edge.left, edge.right) in decided or (edge.right, edge.left) in decided:
            continue
        if is_apart and ((left, right) in answered or (right, left) in answered):
            continue
        records = sizes[left] + sizes[right] if is_apart else sizes[left]
        revenue = money.get(left, 0.0) + (money.get(right, 0.0) if is_apart else 0.0)
        worth = (1 + math.log2(1 + records) + math.log10(1 + max(revenue, 0.0))) / (
            1 + abs(_bits(probability) - _bits(threshold))
        )
        key = tuple(sorted((left, right))) if is_apart else (edge.left, edge.right)
        question = Question(edge, left, right, round(worth, 4), records, round(revenue, 2))
        if key not in asked or asked[key].worth < worth:
            asked[key] = question
    ordered = sorted(asked.values(), key=lambda one: (-one.worth, one.edge.left, one.edge.right))
    return ordered[: limit or None]


def _doubt(edge: Edge) -> float | None:
    """The probability that it is one person; ``None`` where nothing is to be asked."""
    if edge.edge_type == "model":
        return 0.5 if edge.cut_reason == FITS_TWO else edge.probability
    if edge.edge_type == "identifier" and edge.kept_apart_by == "veto":
        return _VETOED.get(edge.cut_reason or "", _LEAST_VETOED)
    return None


def _bits(probability: float) -> float:
    certain = min(max(probability, 1e-9), 1 - 1e-9)
    return math.log2(certain / (1 - certain))


def question_sides(reader: Reader, question: Question) -> tuple[Side, Side]:
    """What is known on each side: of the two customers, or of the two parts that the edge joins in one."""
    if not question.is_joined:
        known = sides(reader, (question.customer_l, question.customer_r))
        return known[question.customer_l], known[question.customer_r]
    edges = [edge for edge in edges_within(reader, question.customer_l) if edge != question.edge]
    left = _part(edges, question.edge.left)
    right = _part(edges, question.edge.right)
    if question.edge.right in left:
        left, right = {question.edge.left}, {question.edge.right}
    found = [sides(reader, (question.customer_l,), records=sorted(part)) for part in (left, right)]
    return found[0][question.customer_l], found[1][question.customer_l]


def _part(edges: Sequence[Edge], start: str) -> set[str]:
    beside: dict[str, list[str]] = {}
    for edge in edges:
        if not edge.is_cut:
            beside.setdefault(edge.left, []).append(edge.right)
            beside.setdefault(edge.right, []).append(edge.left)
    seen, waiting = {start}, [start]
    while waiting:
        for other in beside.get(waiting.pop(), ()):
            if other not in seen:
                seen.add(other)
                waiting.append(other)
    return seen
