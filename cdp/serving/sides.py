"""What is known of a customer, field by field, so that two can be read side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cdp.serving.reader import Reader

_RECORDS = """
select
    customer_id,
    coalesce(full_name, nullif(concat_ws(' ', first_name, middle_name, last_name, suffix), '')) as name,
    cast(birth_date as varchar) as "birth date",
    nullif(concat_ws(', ', street, postcode, city, country), '') as address,
    company,
    gender,
    feed
from identity_records
where customer_id in (select unnest($customers))
    and ($records is null or record_id in (select unnest($records)))
"""
_CARRIED = """
select distinct $customer as customer_id, replace(identifier_type, '_', ' ') as kind, identifier_value
from identity_edges
where (record_id_l in (select unnest($records)) or record_id_r in (select unnest($records)))
    and identifier_type in ('email', 'phone', 'loyalty_card', 'shop_customer_id', 'social_handle', 'support_user_id')
order by kind, identifier_value
"""
_IDENTIFIERS = """
select customer_id, replace(identifier_type, '_', ' ') as kind, identifier_value
from identifiers
where customer_id in (select unnest($customers))
    and identifier_type in ('email', 'phone', 'loyalty_card', 'shop_customer_id', 'social_handle', 'support_user_id')
order by count_records desc, identifier_value
"""
_MONEY = """
select customer_id, count_orders, net_revenue, cast(last_purchase_at as date) as last_purchase
from profiles
where customer_id in (select unnest($customers))
"""
_FIELDS = ("name", "birth date", "address", "company", "gender")

Side = Mapping[str, Sequence[str]]


def sides(reader: Reader, customer_ids: Sequence[str], records: Sequence[str] | None = None) -> dict[str, Side]:
    """Customer id → field → its different values, the most frequent first.

    ``records`` narrows one customer down to some of its records, and to the identifiers over which these are linked.
    """
    wanted: dict[str, object] = {"customers": list(dict.fromkeys(customer_ids))}
    counted: dict[str, dict[str, dict[str, int]]] = {str(one): {} for one in customer_ids}
    for row in reader.fetch(_RECORDS, {**wanted, "records": list(records) if records is not None else None}):
        for name in (*_FIELDS, "feed"):
            if row[name]:
                values = counted[row["customer_id"]].setdefault("feeds" if name == "feed" else name, {})
                values[str(row[name])] = values.get(str(row[name]), 0) + 1
    if records is None:
        carried = reader.fetch(_IDENTIFIERS, wanted)
        for customer, orders, revenue, last in reader.fetch(_MONEY, wanted).rows:
            counted[customer]["orders"] = {f"{orders}, net {revenue}" + (f", last {last}" if last else ""): 1}
    else:
        carried = reader.fetch(_CARRIED, {"customer": customer_ids[0], "records": list(records)})
    for customer, kind, value in carried.rows:
        counted[customer].setdefault(kind, {})[str(value)] = 1
    return {
        customer: {name: sorted(values, key=lambda v: -values[v]) for name, values in fields.items()}
        for customer, fields in counted.items()
    }


def beside(left: Side, right: Side) -> list[tuple[str, str, str, str]]:
    """Rows (field, left, right, verdict); the verdict is empty where one side says nothing."""
    order = (*_FIELDS, "email", "phone", "loyalty card", "shop customer id", "social handle", "support user id")
    named = [*order, "feeds", "orders"]
    rows = []
    for name in named:
        one, other = left.get(name, ()), right.get(name, ())
        if not one and not other:
            continue
        alike = {_folded(value) for value in one} & {_folded(value) for value in other}
        against = "written differently" if name in ("name", "address") else "differs"
        compared = name not in ("feeds", "orders") and one and other
        verdict = ("same" if alike else against) if compared else ""
        rows.append((name, "; ".join(one[:3]), "; ".join(other[:3]), verdict))
    return rows


def _folded(value: str) -> str:
    return "".join(value.lower().split())
