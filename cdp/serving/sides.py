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


def sides(reader: Reader, customer_ids: Sequence[str]) -> dict[str, Side]:
    """Customer id → field → its different values, the most frequent first."""
    wanted: dict[str, object] = {"customers": list(dict.fromkeys(customer_ids))}
    counted: dict[str, dict[str, dict[str, int]]] = {str(one): {} for one in customer_ids}
    for row in reader.fetch(_RECORDS, wanted):
        for name in (*_FIELDS, "feed"):
            if row[name]:
                values = counted[row["customer_id"]].setdefault("feeds" if name == "feed" else name, {})
                values[str(row[name])] = values.get(str(row[name]), 0) + 1
    for customer, kind, value in reader.fetch(_IDENTIFIERS, wanted).rows:
        counted[customer].setdefault(kind, {})[str(value)] = 1
    for customer, orders, revenue, last in reader.fetch(_MONEY, wanted).rows:
        counted[customer]["orders"] = {f"{orders}, net {revenue}" + (f", last {last}" if last else ""): 1}
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
