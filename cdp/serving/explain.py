"""Why records are one customer, and why others are not."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cdp.identity.comparisons import BLOCKING_WORDS
from cdp.identity.weighing import RunModel, Weighed, weigh
from cdp.serving.edges import NEVER, Edge, edges_leaving, edges_within, holding, strongest_path
from cdp.serving.keys import spellings
from cdp.serving.reader import Reader
from cdp.serving.records import Located, locate
from cdp.serving.rows import Rows
from cdp.serving.sides import beside, sides

_RECORDS = """
select
    record_id,
    record_kind,
    coalesce(full_name, nullif(concat_ws(' ', first_name, middle_name, last_name, suffix), '')) as name,
    birth_date,
    postcode,
    city,
    first_observed_at
from identity_records
where customer_id = $customer_id
order by record_id
"""
_RAW = """
select record_id, identifier_type, identifier_value, country
from read_parquet($files, union_by_name = true)
where record_id in (select unnest($records))
"""
# an identifier's owner changes over time: who held what this customer holds too, and when
_HELD = """
select
    held.identifier_type,
    held.identifier_value,
    held.customer_id,
    held.first_seen_at,
    held.last_seen_at,
    held.count_records
from identifiers as held
inner join identifiers as own
    on held.identifier_type = own.identifier_type and held.identifier_value = own.identifier_value
where own.customer_id = $customer_id
    and ($other is null and exists (
        select 1 from identifiers as another
        where another.identifier_type = own.identifier_type
            and another.identifier_value = own.identifier_value
            and another.customer_id <> own.customer_id
    ) or held.customer_id in ($customer_id, $other) and exists (
        select 1 from identifiers as another
        where another.identifier_type = own.identifier_type
            and another.identifier_value = own.identifier_value
            and another.customer_id = $other
    ))
order by held.identifier_type, held.identifier_value, held.first_seen_at nulls last, held.customer_id
"""
_NEVER = (
    "they share no usable identifier, and no record of one was found comparable with a record of the other: the model "
    "either never compared them (too little in common) or gave less than the least probability it keeps"
)
_NAMELESS = (
    "they share no usable identifier, and at least one of them bears no name: the model compares only records that do, "
    "so nothing but an identifier or a decision could join them"
)
_VERDICTS = {
    "threshold": "they were compared, and the model finds them not probable enough to be one",
    "veto": "a rule for people who only look alike refused it",
    "guard": "they were linked, and a guard against customers that grow too far cut it",
    "decision": "a steward decided that they are not one",
}


@dataclass(frozen=True)
class Explanation:
    """An answer: verdict in words, the edges that hold (``path``) and those that were cut (``against``).

    ``held`` says of identifiers that several customers carry who held them from when to when.
    """

    question: str
    verdict: str
    customers: tuple[str, ...]
    path: Sequence[Edge]
    against: Sequence[Edge]
    records: Rows
    compared: Rows
    kept_apart_by: str = ""
    blocked: Sequence[tuple[str, str, str]] = field(default_factory=tuple)
    held: Rows = field(default_factory=lambda: Rows((), []))

    def as_document(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {
            "question": self.question,
            "verdict": self.verdict,
            "customers": list(self.customers),
            "kept_apart_by": self.kept_apart_by or None,
            "path": [edge.as_document() for edge in self.path],
            "against": [edge.as_document() for edge in self.against],
            "blocked": [{"identifier_type": k, "identifier_value": v, "reason": r} for k, v, r in self.blocked],
            "held": list(self.held),
            "records": list(self.records),
            "compared": list(self.compared),
        }


def explain_customer(reader: Reader, key: str) -> Explanation:
    """Why the records of the customer that ``key`` names are one. Raises ``NotFoundError``."""
    customer = locate(reader, key).customer_id
    edges = edges_within(reader, customer)
    records = reader.fetch(_RECORDS, {"customer_id": customer})
    path = holding(edges)
    against = [*edges_leaving(reader, customer), *(edge for edge in edges if edge.is_cut)]
    count = len(records)
    verdict = "one record, so nothing had to be joined" if count == 1 else f"{count} records, held by {_kinds(path)}"
    empty = Rows(("field", "left", "right", "verdict"), [])
    held = reader.fetch(_HELD, {"customer_id": customer, "other": None})
    question = f"Why is {customer} one customer?"
    return Explanation(question, verdict, (customer,), path, against, records, empty, held=held)


def explain_pair(
    reader: Reader,
    left: str,
    right: str,
    raw_identifiers: Sequence[Path] = (),
    run_model: RunModel | None = None,
) -> Explanation:
    """The path of edges from one record or customer to another; or what kept them apart.

    ``raw_identifiers`` are parquet files of ``record_identifiers``: with them, blocked values that both sides carry
    are named. With ``run_model``, two that share nothing are told apart: never compared, or found too unlike, with
    the weight of each field. Raises ``NotFoundError``.
    """
    one, other = locate(reader, left), locate(reader, right)
    if one.customer_id == other.customer_id:
        return _joined(reader, one, other)
    between = edges_leaving(reader, one.customer_id, other.customer_id)
    blocked = _blocked(reader, one.customer_id, other.customer_id, raw_identifiers)
    between = between or _weighed(reader, one, other, run_model)
    verdict, kept_apart_by = _why_not(between, blocked, is_weighed=run_model is not None)
    known = sides(reader, (one.customer_id, other.customer_id))
    compared = Rows(
        ("field", one.customer_id, other.customer_id, "verdict"),
        beside(known[one.customer_id], known[other.customer_id]),
    )
    records = Rows((), [])
    customers = (one.customer_id, other.customer_id)
    question = f"Why are {_named(one)} and {_named(other)} not one customer?"
    held = reader.fetch(_HELD, {"customer_id": one.customer_id, "other": other.customer_id})
    return Explanation(question, verdict, customers, (), between, records, compared, kept_apart_by, blocked, held)


def _joined(reader: Reader, one: Located, other: Located) -> Explanation:
    edges = edges_within(reader, one.customer_id)
    path = strongest_path(edges, one.record_id, other.record_id)
    records = reader.fetch(_RECORDS, {"customer_id": one.customer_id})
    ends = {one.record_id, other.record_id, *(record for edge in path for record in (edge.left, edge.right))}
    shown = Rows(records.columns, [row for row in records.rows if row[0] in ends])
    if one.record_id == other.record_id:
        verdict = f"both keys name record {one.record_id}"
    else:
        verdict = f"customer {one.customer_id} holds both; they are joined by {_kinds(path)}"
    cut = [edge for edge in edges if edge.is_cut and edge.left in ends and edge.right in ends]
    empty = Rows(("field", "left", "right", "verdict"), [])
    question = f"Why are {_named(one)} and {_named(other)} one customer?"
    return Explanation(question, verdict, (one.customer_id,), path, cut, shown, empty)


def _weighed(reader: Reader, one: Located, other: Located, run_model: RunModel | None) -> list[Edge]:
    """The best of the pairs that the model makes of two customers, as an edge that was never kept."""
    if run_model is None or not run_model.is_there:
        return []
    sides = [
        [str(row[0]) for row in reader.fetch(_RECORDS, {"customer_id": item.customer_id}).rows] for item in (one, other)
    ]
    found = weigh(run_model, *sides)
    compared = [pair for pair in found if pair.rule]
    return [_as_edge(pair) for pair in (compared or found)[:1]]


def _as_edge(pair: Weighed) -> Edge:
    reason = f"not probable enough (compared for {pair.rule})" if pair.rule else f"{NEVER}: {_NOTHING_SHARED}"
    return Edge(
        pair.left, pair.right, "model", None, None, pair.weight, pair.probability, pair.fields, True, reason
    )  # fmt: skip


_NOTHING_SHARED = f"they share none of what has two records compared ({', '.join(BLOCKING_WORDS)})"


def _why_not(between: Sequence[Edge], blocked: Sequence[tuple[str, str, str]], *, is_weighed: bool) -> tuple[str, str]:
    if blocked and (not between or between[0].kept_apart_by == NEVER):
        kind, value, reason = blocked[0]
        return f"what they share points to nobody: {kind} {value} is blocked ({reason})", "blocked value"
    decided = next((edge for edge in between if edge.kept_apart_by == "decision"), None)
    best = decided or next(iter(between), None)
    if best is not None and best.kept_apart_by == NEVER:
        return f"{best.cut_reason}. Had they been compared: {best.words}", NEVER
    if best is not None:
        why = f"{_VERDICTS[best.kept_apart_by]}: {best.cut_reason}"
        if best.edge_type == "decision":
            return f"{_VERDICTS[best.kept_apart_by]}. {best.words}", best.kept_apart_by
        return f"{why}. The best reason to join them was: {best.words}", best.kept_apart_by
    return (_NAMELESS if is_weighed else _NEVER), NEVER


def _blocked(reader: Reader, one: str, other: str, files: Sequence[Path]) -> list[tuple[str, str, str]]:
    reasons = {
        (kind, value): str(reason)
        for kind, value, reason in reader.fetch(
            "select identifier_type, identifier_value, reason from blocked_identifiers"
        ).rows
    }
    if not files or not reasons:
        return []
    left, right = (_carried(reader, customer, files) & reasons.keys() for customer in (one, other))
    return [(kind, value, reasons[kind, value]) for kind, value in sorted(left & right)]


def _carried(reader: Reader, customer: str, files: Sequence[Path]) -> set[tuple[str, str]]:
    import duckdb

    records = [row[0] for row in reader.fetch(_RECORDS, {"customer_id": customer}).rows]
    with contextlib.closing(duckdb.connect()) as connection:
        rows = connection.execute(_RAW, {"files": [str(file) for file in files], "records": records}).fetchall()
    return {
        (kind, form)
        for _, kind, value, country in rows
        for spelled, form in spellings(str(value), [country] if country else ["GB", "DE", "US"])
        if spelled == kind
    }


def _kinds(path: Sequence[Edge]) -> str:
    counts: dict[str, int] = {}
    for edge in path:
        name = {"model": "the model", "decision": "a decision"}.get(
            edge.edge_type, (edge.identifier_type or "").replace("_", " ")
        )
        counts[name] = counts.get(name, 0) + 1
    return ", ".join(f"{name} ({count})" if count > 1 else name for name, count in counts.items()) or "nothing"


def _named(item: Located) -> str:
    if item.is_record or item.key == item.customer_id:
        return item.key
    return f"{item.key} ({item.customer_id})"
