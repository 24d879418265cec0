"""How good the published identity is: against labels, by the model's own belief, and against the last run."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from cdp.errors import UsageError
from cdp.identity.evaluate import bcubed, labelled_pairs, pairwise, threshold_curve
from cdp.identity.settings import ModelSettings
from cdp.identity.threshold import propose_threshold
from cdp.serving.edges import Edge, all_edges
from cdp.serving.labels import Labels
from cdp.serving.placeholders import placeholder_names
from cdp.serving.reader import Reader

THRESHOLDS = (0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999)
_SIZES = """
select
    case
        when count_records = 1 then '1'
        when count_records <= 3 then '2-3'
        when count_records <= 10 then '4-10'
        when count_records <= 30 then '11-30'
        when count_records <= 100 then '31-100'
        else 'more than 100'
    end as records,
    count(*) as customers,
    min(count_records) as smallest
from customers
where not is_anonymous
group by records
order by smallest
"""
_CONFLICTS = """
with
names as (
    select
        customer_id,
        count(distinct birth_date) as count_birth_dates,
        count(distinct lower(substr(coalesce(first_name, full_name), 1, 1))) as count_initials
    from identity_records
    group by customer_id
),
cards as (
    select customer_id, count(*) as count_cards
    from identifiers
    where identifier_type = 'loyalty_card'
    group by customer_id
)
select 'several birth dates' as conflict, count(*) as customers from names where count_birth_dates > 1
union all
select 'several first initials', count(*) from names where count_initials > 1
union all
select 'several loyalty cards', count(*) from cards where count_cards > 1
union all
select 'to review', count(*) from customers where needs_review
"""
_FIGURES = """
select
    (select count(*) from customers where not is_anonymous) as customers,
    (select count(*) from customers where is_anonymous) as anonymous_customers,
    (select count(*) from identity_map) as records,
    (select max(count_records) from customers) as largest_customer,
    (select count(*) from identity_edges where edge_type = 'identifier' and not is_cut) as identifier_edges,
    (select count(*) from identity_edges where edge_type = 'identifier' and is_cut) as identifier_edges_cut,
    (select count(*) from identity_edges where edge_type = 'model' and not is_cut) as model_edges,
    (select count(*) from identity_edges where edge_type = 'model' and is_cut) as model_edges_cut,
    (select count(*) from identity_edges where edge_type = 'decision') as decision_edges,
    (select count(*) from blocked_identifiers) as blocked_values,
    (select count(*) from customers where needs_review) as customers_to_review
"""

_BLOCKED = """
select
    case when reason like 'decision %' then 'a steward decided' else reason end as reason,
    count(*) as identifier_values,
    sum(count_records) as records
from blocked_identifiers
group by all
order by records desc, reason
"""


def evaluate(
    reader: Reader,
    labels: Labels | None = None,
    before: Path | None = None,
    settings: ModelSettings | None = None,
) -> dict[str, Any]:
    """Everything that can be said of the published identity, as plain values.

    ``settings`` are those in force: answers are held against their threshold.
    ``before`` is the published file of the last run, for drift. Raises ``UsageError`` when no label fits a record.
    """
    edges = all_edges(reader)
    figures = _figures(reader)
    content: dict[str, Any] = {
        "figures": figures,
        "belief": belief(edges),
        "sizes": list(reader.fetch("select records, customers from (" + _SIZES + ")")),
        "conflicts": list(reader.fetch(_CONFLICTS)),
        "cuts": _cuts(edges),
        "answers": answered(edges, _decided_pairs(edges)),
        "placeholder_names": placeholder_names(reader),
        "blocked": list(reader.fetch(_BLOCKED)),
        "drift": _drift(_statistics(figures, edges), before),
    }
    known = [*_decided_pairs(edges), *(labels.pairs if labels is not None else ())]
    in_force = settings or ModelSettings()
    proposal = propose_threshold(_weighed(edges, known), in_force.link_probability, in_force.keep_probability)
    if proposal is not None:
        content["proposal"] = proposal.as_document()
    if labels is not None:
        content["labels"] = _against_labels(reader, edges, labels)
    return content


def belief(edges: Sequence[Edge]) -> dict[str, float | int | None]:
    """Precision and recall as the model itself expects them; identifiers count as certain.

    Recall is an upper bound: pairs less probable than the least that is kept are not known here.
    """
    used = [edge.probability or 0.0 for edge in edges if edge.edge_type == "model" and not edge.is_cut]
    left = [edge.probability or 0.0 for edge in edges if edge.kept_apart_by == "threshold"]
    certain = sum(1 for edge in edges if edge.edge_type != "model" and not edge.is_cut)
    right = certain + sum(used)
    claimed, actual = certain + len(used), right + sum(left)
    return {
        "expected_precision": right / claimed if claimed else None,
        "expected_recall_at_most": right / actual if actual else None,
        "model_edges_expected_wrong": round(len(used) - sum(used), 3),
        "model_edges_expected_missed": round(sum(left), 3),
    }


def _figures(reader: Reader) -> dict[str, int]:
    return {name: int(value or 0) for name, value in next(iter(reader.fetch(_FIGURES))).items()}


def _statistics(figures: Mapping[str, int], edges: Sequence[Edge]) -> dict[str, float]:
    """What is held against the run before: figures, what the model expects of itself, and refusals by reason."""
    believed = {name: round(value, 4) for name, value in belief(edges).items() if value is not None}
    refused = Counter(f"refused: {(edge.cut_reason or '').split(' keeps ')[0]}" for edge in edges if edge.is_cut)
    return {**figures, **believed, **dict(sorted(refused.items()))}


def _drift(statistics: Mapping[str, float], before: Path | None) -> list[dict[str, Any]]:
    if before is None:
        return []
    with Reader(before) as reader:
        earlier = _statistics(_figures(reader), all_edges(reader))
    return [
        {
            "figure": name,
            "before": earlier.get(name, 0),
            "now": statistics.get(name, 0),
            "change": f"{(statistics.get(name, 0) - was) / was:+.1%}" if (was := earlier.get(name, 0)) else "",
        }
        for name in dict.fromkeys((*statistics, *earlier))
    ]


def _cuts(edges: Sequence[Edge]) -> list[dict[str, Any]]:
    counted = Counter((edge.edge_type, edge.cut_reason or "") for edge in edges if edge.is_cut)
    return [
        {"edge_type": kind, "cut_reason": reason, "edges": count} for (kind, reason), count in counted.most_common()
    ]


def answered(edges: Sequence[Edge], pairs: Iterable[tuple[str, str, bool]]) -> list[dict[str, Any]]:
    """What the model alone would have said of judged pairs that it weighed, threshold by threshold."""
    known = _weighed(edges, pairs)
    if not known:
        return []
    return [
        {
            "threshold": threshold,
            "right": sum((probability >= threshold) is is_match for probability, is_match in known),
            "wrong": sum(probability >= threshold and not is_match for probability, is_match in known),
            "missed": sum(probability < threshold and is_match for probability, is_match in known),
        }
        for threshold in THRESHOLDS
    ]


def _weighed(edges: Sequence[Edge], pairs: Iterable[tuple[str, str, bool]]) -> list[tuple[float, bool]]:
    """The model's probability beside the answer, for the judged pairs that it weighed."""
    weights = {_key(edge.left, edge.right): edge.probability or 0.0 for edge in edges if edge.edge_type == "model"}
    return [(weights[pair], is_match) for left, right, is_match in pairs if (pair := _key(left, right)) in weights]


def _decided_pairs(edges: Sequence[Edge]) -> list[tuple[str, str, bool]]:
    return [(edge.left, edge.right, not edge.is_cut) for edge in edges if edge.edge_type == "decision"]


def _against_labels(reader: Reader, edges: Sequence[Edge], labels: Labels) -> dict[str, Any]:
    found = {
        str(record): str(customer)
        for record, customer in reader.fetch("select record_id, customer_id from identity_map").rows
    }
    wanted = set(labels.people) | {record for left, right, _ in labels.pairs for record in (left, right)}
    known = wanted & found.keys()
    if not known:
        raise UsageError(
            "no label names a record of this workspace", "record ids are feed:source_id, as in table identity_map"
        )
    content: dict[str, Any] = {"records_labelled": len(wanted), "records_known": len(known)}
    if labels.pairs:
        scores, (right, wrong, missed) = labelled_pairs(found, labels.pairs)
        content["pairwise"] = {**scores.as_dict(), "right": right, "wrong": wrong, "missed": missed}
        content["answers"] = answered(edges, labels.pairs)
        return content
    scores, (right, wrong, missed) = pairwise(found, labels.people)
    content["pairwise"] = {**scores.as_dict(), "right": right, "wrong": wrong, "missed": missed}
    content["bcubed"] = bcubed(found, labels.people).as_dict()
    content["curve"] = _curve(found, edges, labels.people)
    content["wrong_merges"] = _wrong_merges(found, edges, labels.people)
    content["misses"] = _misses(reader, found, edges, labels.people)
    return content


def _curve(found: Mapping[str, str], edges: Sequence[Edge], people: Mapping[str, str]) -> list[dict[str, Any]]:
    certain = [(edge.left, edge.right) for edge in edges if edge.edge_type != "model" and not edge.is_cut]
    scored = [
        (edge.left, edge.right, edge.probability or 0.0)
        for edge in edges
        if edge.edge_type == "model" and (not edge.is_cut or edge.kept_apart_by == "threshold")
    ]
    return threshold_curve(list(found), certain, scored, people, THRESHOLDS)


def _wrong_merges(found: Mapping[str, str], edges: Sequence[Edge], people: Mapping[str, str]) -> list[dict[str, Any]]:
    """Wrongly joined pairs by the kind of the weakest edge between two people of one customer."""
    weakest: dict[str, Edge] = {}
    for edge in edges:
        left, right = people.get(edge.left), people.get(edge.right)
        if not edge.is_cut and left and right and left != right:
            customer = found[edge.left]
            if customer not in weakest or edge.cost > weakest[customer].cost:
                weakest[customer] = edge
    inside: dict[str, Counter[str]] = defaultdict(Counter)
    for record, person in people.items():
        if record in found:
            inside[found[record]][person] += 1
    listed: dict[str, dict[str, Any]] = {}
    for customer, counts in inside.items():
        total = counts.total()
        pairs = (total * total - sum(count * count for count in counts.values())) // 2
        if not pairs:
            continue
        edge_ = weakest.get(customer)
        kind = "over records without a label"
        if edge_ is not None:
            kind = edge_.edge_type if edge_.edge_type != "identifier" else f"identifier {edge_.identifier_type}"
        line = listed.setdefault(kind, {"by": kind, "pairs": 0, "customers": 0, "example_l": None, "example_r": None})
        line["pairs"] += pairs
        line["customers"] += 1
        if edge_ is not None and line["example_l"] is None:
            line["example_l"], line["example_r"] = edge_.left, edge_.right
    return sorted(listed.values(), key=lambda line: (-line["pairs"], line["by"]))


def _misses(
    reader: Reader, found: Mapping[str, str], edges: Sequence[Edge], people: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Missed pairs by what was missing between the customers that one person is spread over."""
    named = {
        str(c) for (c,) in reader.fetch("select distinct customer_id from profiles where full_name is not null").rows
    }
    refused: dict[tuple[str, str], Edge] = {}
    for edge in edges:
        key = _key(found[edge.left], found[edge.right])
        if edge.is_cut and key[0] != key[1] and (key not in refused or edge.cost < refused[key].cost):
            refused[key] = edge
    spread: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for record, person in people.items():
        if record in found:
            spread[person][found[record]].append(record)
    listed: dict[str, dict[str, Any]] = {}
    for customers in spread.values():
        names = sorted(customers)
        for index, one in enumerate(names):
            for other in names[index + 1 :]:
                edge_ = refused.get(_key(one, other))
                kind = _missing(edge_, one in named, other in named)
                line = listed.setdefault(
                    kind,
                    {"because": kind, "pairs": 0, "example_l": customers[one][0], "example_r": customers[other][0]},
                )
                line["pairs"] += len(customers[one]) * len(customers[other])
    return sorted(listed.values(), key=lambda line: (-line["pairs"], line["because"]))


def _missing(edge: Edge | None, is_named_l: bool, is_named_r: bool) -> str:
    if edge is not None:
        return f"{edge.kept_apart_by}: {edge.cut_reason}"
    if is_named_l and is_named_r:
        return "no shared identifier, and too little alike to be compared or kept"
    return (
        "no shared identifier, and no name on one side"
        if is_named_l or is_named_r
        else ("no shared identifier, and no name on either side")
    )


def _key(one: str, other: str) -> tuple[str, str]:
    return (min(one, other), max(one, other))
