"""From what a steward types to the records that a decision is about."""

from __future__ import annotations

from dataclasses import dataclass

from cdp.errors import UsageError
from cdp.identity.evaluate import partition
from cdp.serving.edges import edges_within
from cdp.serving.keys import spellings
from cdp.serving.match import match_customer
from cdp.serving.reader import Reader

_RECORD = "select record_id, customer_id from identity_map where record_id = $key"
_CARRIERS = """
with
carriers as (
    select record_id_l as record_id from identity_edges where identifier_type = $kind and identifier_value = $value
    union
    select record_id_r as record_id from identity_edges where identifier_type = $kind and identifier_value = $value
)
select record_id
from carriers
semi join (from identity_map where customer_id = $customer_id) as owned using (record_id)
"""
_ANCHORS = """
select record_id
from identity_records
where customer_id = $customer_id
order by
    coalesce(last_name, full_name) is null,
    case record_kind when 'account' then 0 when 'card' then 1 when 'receipt' then 2 when 'order' then 2 else 3 end,
    record_id
"""
_NAMED = """
select record_id
from identity_records
where customer_id = $customer_id
    and coalesce(last_name, full_name, first_name) is not null
"""
_KNOWN_VALUE = """
select identifier_value from identifiers where identifier_type = $kind and identifier_value = $value
union
select identifier_value from blocked_identifiers where identifier_type = $kind and identifier_value = $value
"""


_MOST_PAIRS = 2500


@dataclass(frozen=True)
class Located:
    """What a key names: a customer, the record that stands for it, and whether the key is that record itself."""

    key: str
    record_id: str
    customer_id: str
    found_by: str
    is_record: bool


def locate(reader: Reader, key: str) -> Located:
    """The record or customer that ``key`` names. A customer's anchor is a record with a name, accounts first.

    Raises ``NotFoundError`` when nobody, or more than one customer, is known by the key.
    """
    found = reader.fetch(_RECORD, {"key": key.strip()}).rows
    if found:
        record_id, customer_id = found[0]
        return Located(key, record_id, customer_id, f"record {record_id}", is_record=True)
    match = match_customer(reader, key)
    if match.found_by.startswith("record "):
        return Located(key, match.found_by.removeprefix("record "), match.customer_id, match.found_by, is_record=True)
    anchor = str(reader.scalar(_ANCHORS, {"customer_id": match.customer_id}))
    return Located(key, anchor, match.customer_id, match.found_by, is_record=False)


def records_to_link(reader: Reader, left: str, right: str) -> tuple[Located, Located]:
    """The two records that "these are one customer" joins."""
    return locate(reader, left), locate(reader, right)


def records_to_part(reader: Reader, left: str, right: str | None) -> list[tuple[str, str]]:
    """The pairs of records that "these are not one customer" keeps apart.

    Two records are one pair; of two customers, every record of one is kept from every record of the other.
    A record alone, or with its own customer, is parted from the records of that customer that hold together without
    it; what hangs on it alone goes with it. Two contact values of one customer part the records that carry them.
    Raises ``UsageError`` when it stays unclear what is meant.
    """
    one = locate(reader, left)
    other = locate(reader, right) if right is not None else None
    if one.is_record and (other is None or _is_own_customer(one, other)):
        return _from_all_others(reader, one)
    if other is None:
        raise UsageError(
            f"{left} names customer {one.customer_id}, not a record",
            "name the record that does not belong to it, or a second customer; 'cdp customer explain' lists records",
        )
    if other.is_record and _is_own_customer(other, one):
        return _from_all_others(reader, other)
    if one.customer_id != other.customer_id and not one.is_record and not other.is_record:
        return _all_apart(reader, one, other)
    if one.customer_id != other.customer_id or (one.is_record and other.is_record):
        return [(one.record_id, other.record_id)]
    return [_carriers_of_each(reader, one, other)]


def _is_own_customer(record: Located, customer: Located) -> bool:
    return not customer.is_record and customer.customer_id == record.customer_id


def _all_apart(reader: Reader, one: Located, other: Located) -> list[tuple[str, str]]:
    """The anchors first, then all pairs; of two very large customers, each record from the other's anchor."""
    left, right = (
        [str(record) for (record,) in reader.fetch(_ANCHORS, {"customer_id": item.customer_id}).rows]
        for item in (one, other)
    )
    if len(left) * len(right) <= _MOST_PAIRS:
        return [(mine, theirs) for mine in left for theirs in right]
    return [(left[0], theirs) for theirs in right] + [(mine, right[0]) for mine in left[1:]]


def _from_all_others(reader: Reader, record: Located) -> list[tuple[str, str]]:
    rows = reader.fetch(_ANCHORS, {"customer_id": record.customer_id}).rows
    others = [str(other) for (other,) in rows if other != record.record_id]
    if not others:
        raise UsageError(f"{record.record_id} is the only record of customer {record.customer_id}: nothing to part")
    return [(record.record_id, other) for other in _hold_without(reader, record, others)]


def _hold_without(reader: Reader, record: Located, others: list[str]) -> list[str]:
    """The largest part of the others that holds together without the record; what hangs on it alone goes with it."""
    named = {str(row[0]) for row in reader.fetch(_NAMED, {"customer_id": record.customer_id}).rows}
    edges = [edge for edge in edges_within(reader, record.customer_id) if not edge.is_cut]
    everybody = [record.record_id, *others]
    exact = partition(everybody, [(e.left, e.right) for e in edges if e.edge_type == "identifier"])
    carriers: dict[tuple[str | None, str | None], list[str]] = {}
    joined: list[tuple[str, str]] = []
    for edge in edges:
        if edge.edge_type == "identifier":
            group = carriers.setdefault((edge.identifier_type, edge.identifier_value), [])
            group += [one for one in (edge.left, edge.right) if one != record.record_id]
        elif edge.edge_type == "decision" and record.record_id not in (edge.left, edge.right):
            joined.append((edge.left, edge.right))
        elif edge.edge_type == "model":
            # the model compares what a whole group of records says: it speaks for those that bear a name
            ends = [
                next((one for one in others if one in named and exact[one] == exact[end]), None)
                for end in (edge.left, edge.right)
            ]
            joined += [(ends[0], ends[1])] if ends[0] and ends[1] else []
    joined += [(group[0], other) for group in carriers.values() for other in group[1:]]
    parts: dict[str, list[str]] = {}
    for one, part in partition(others, joined).items():
        parts.setdefault(part, []).append(one)
    return max(parts.values(), key=lambda part: (len(part), others[0] in part, part[0]))


def _carriers_of_each(reader: Reader, one: Located, other: Located) -> tuple[str, str]:
    left, right = (_carriers(reader, item) for item in (one, other))
    if not left or not right or set(left) & set(right):
        raise UsageError(
            f"{one.key} and {other.key} both name customer {one.customer_id}, and it is unclear which records to part",
            f"name two records (feed:source_id); 'cdp customer explain {one.customer_id}' lists them",
        )
    return left[0], right[0]


def _carriers(reader: Reader, item: Located) -> list[str]:
    kind_and_value = next(
        (
            (kind, value)
            for kind, value in spellings(item.key, ())
            if item.found_by == f"{kind.replace('_', ' ')} {value}"
        ),
        None,
    )
    if kind_and_value is None:
        return []
    given: dict[str, object] = {"kind": kind_and_value[0], "value": kind_and_value[1], "customer_id": item.customer_id}
    carriers = {str(record) for (record,) in reader.fetch(_CARRIERS, given).rows}
    anchors = [str(record) for (record,) in reader.fetch(_ANCHORS, {"customer_id": item.customer_id}).rows]
    return [record for record in anchors if record in carriers]


def stored_value(reader: Reader, identifier_type: str, typed: str, countries: list[str]) -> tuple[str, bool]:
    """A typed identifier value in the form in which identity stores it, and whether any record carries it."""
    forms = [value for kind, value in spellings(typed, countries) if kind == identifier_type]
    for value in forms:
        if reader.scalar(_KNOWN_VALUE, {"kind": identifier_type, "value": value}):
            return value, True
    if not forms:
        raise UsageError(f"{typed!r} is no {identifier_type.replace('_', ' ')}")
    return forms[-1] if identifier_type == "email" else forms[0], False
