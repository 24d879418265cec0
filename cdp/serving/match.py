"""From what a person types to the customer it names."""

from __future__ import annotations

from dataclasses import dataclass

from cdp.errors import NotFoundError
from cdp.serving.keys import may_be_phone, spellings
from cdp.serving.reader import Reader
from cdp.serving.rows import Rows

_BY_IDENTIFIER = """
select identifier_type, customer_id
from identifiers
where identifier_value = $value
"""

_BY_RECORD = """
select customer_id, 'record ' || record_id as found_by
from identity_map
where record_id = $key
    or source_id = $key
union
select customer_id, 'ticket ' || ticket_id as found_by
from tickets
where ticket_id = $key
    and customer_id is not null
"""

_SUCCESSOR = """
select customer_id
from id_crosswalk
where other_customer_id = $key
    and event_type = 'merged'
order by as_of desc, run_id desc
limit 1
"""

_EXISTS = "select customer_id from customers where customer_id = $key"

_NAMED = """
select customers.customer_id, customers.is_anonymous, profiles.full_name, profiles.city
from customers
left join profiles using (customer_id)
where customers.customer_id = $key
"""

_FIND = """
with
searched as (
    select
        customer_id,
        strip_accents(lower(concat_ws(
            ' ', full_name, email, phone, street, city, postcode, loyalty_card, shop_customer_id
        ))) as words
    from profiles
    union all
    select customer_id, strip_accents(lower(value)) as words
    from profile_attributes
    where attribute in ('full_name', 'email', 'phone', 'loyalty_card', 'shop_customer_id')
),
found as (
    select distinct customer_id
    from searched
    where len(list_filter($wanted, lambda word: not contains(words, word))) = 0
)
select customer_id, full_name, email, phone, postcode, city, count_orders, last_touchpoint_at
from profiles
semi join found using (customer_id)
order by count_orders desc, last_touchpoint_at desc nulls last, customer_id
"""


_NEAR = """
with
carried as (
    select customer_id, identifier_type, identifier_value
    from identifiers
    where identifier_type in ('email', 'phone', 'loyalty_card', 'shop_customer_id', 'social_handle')
    union all
    select customer_id, 'customer' as identifier_type, customer_id as identifier_value
    from profiles
),
wanted as (
    select unnest($values) as value
),
likened as (
    select
        carried.*,
        -- the slow measure is taken only where one end is the same
        case
            when left(carried.identifier_value, 4) = left(wanted.value, 4)
                or right(carried.identifier_value, 4) = right(wanted.value, 4)
                then damerau_levenshtein(carried.identifier_value, wanted.value)
        end as edits
    from carried
    inner join wanted
        on abs(length(carried.identifier_value) - length(wanted.value)) <= $edits
)
select likened.identifier_type, likened.identifier_value, likened.customer_id
from likened
inner join profiles on likened.customer_id = profiles.customer_id
where likened.edits <= $edits
group by all
order by min(likened.edits), likened.identifier_type, likened.identifier_value, likened.customer_id
limit 3
"""
_LEAST_LENGTH = 6


@dataclass(frozen=True)
class Match:
    """The customer that a key names, and by what it was found."""

    customer_id: str
    found_by: str


def find_customers(reader: Reader, text: str) -> Rows:
    """Customers whose name, contact or address holds every word of ``text``; most orders first."""
    import unicodedata

    bare = "".join(c for c in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(c))
    return reader.fetch(_FIND, {"wanted": bare.split()})


def match_customer(reader: Reader, key: str) -> Match:
    """The one customer that ``key`` names: customer id, e-mail, phone, card, order, handle, device, ticket.

    Raises ``NotFoundError`` when nobody carries it, or more than one known customer does.
    """
    bare = key.strip()
    matches = (
        _by_customer_id(reader, bare)
        or _by_identifier(reader, key)
        or _by_earlier_id(reader, bare)
        or _by_record(reader, bare)
    )
    if not matches:
        near = _near(reader, key.strip())
        raise NotFoundError(
            f"no customer is known by {key!r}" + (f"; near are: {'; '.join(near)}" if near else ""),
            f"try a part of the name or address: cdp customer find {_shell_word(key)}",
        )
    if len(matches) > 1:
        known = [match for match in matches.values() if not _named(reader, match.customer_id)["is_anonymous"]]
        matches = {match.customer_id: match for match in known} or matches
    if len(matches) > 1:
        listed = "; ".join(_described(reader, match) for match in matches.values())
        raise NotFoundError(f"{len(matches)} customers are known by {key!r}: {listed}", "name one by its customer id")
    return next(iter(matches.values()))


def _near(reader: Reader, key: str) -> list[str]:
    """At most three customers known by something one or two letters away, in words. Order numbers are not likened."""
    plain = (value for kind, value in spellings(key, _countries(reader)) if kind != "order_id")
    values = [value for value in dict.fromkeys((*plain, key.upper())) if len(value) >= _LEAST_LENGTH]
    if not values:
        return []
    found = reader.fetch(_NEAR, {"values": values, "edits": 1 if len(key) < 2 * _LEAST_LENGTH else 2})
    return [
        f"customer {customer_id}" if kind == "customer" else f"{kind.replace('_', ' ')} {written} ({customer_id})"
        for kind, written, customer_id in found.rows
    ]


def _by_customer_id(reader: Reader, key: str) -> dict[str, Match]:
    return {key: Match(key, "customer id")} if reader.fetch(_EXISTS, {"key": key}).rows else {}


def _by_earlier_id(reader: Reader, key: str) -> dict[str, Match]:
    current = key
    for _ in range(100):
        following = reader.scalar(_SUCCESSOR, {"key": current})
        if not following:
            break
        current = str(following)
        if reader.fetch(_EXISTS, {"key": current}).rows:
            return {current: Match(current, f"customer id {key}, which was merged into this one")}
    return {}


def _by_identifier(reader: Reader, key: str) -> dict[str, Match]:
    found: dict[str, Match] = {}
    bearers: dict[str, list[tuple[str, str]]] = {}
    kind_found: str | None = None
    countries = _countries(reader) if may_be_phone(key) else []
    for kind, value in spellings(key, countries):
        if kind_found not in (None, kind):
            break
        if value not in bearers:
            bearers[value] = [(str(k), str(c)) for k, c in reader.fetch(_BY_IDENTIFIER, {"value": value}).rows]
        for customer_id in (customer for borne, customer in bearers[value] if borne == kind):
            found.setdefault(customer_id, Match(customer_id, f"{kind.replace('_', ' ')} {value}"))
            kind_found = kind
    return found


def _by_record(reader: Reader, key: str) -> dict[str, Match]:
    found = reader.fetch(_BY_RECORD, {"key": key}).rows
    return {customer_id: Match(customer_id, words) for customer_id, words in found}


def _countries(reader: Reader) -> list[str]:
    found = reader.fetch("select country from profiles where len(country) = 2 group by 1 order by count(*) desc, 1")
    return [str(country) for (country,) in found.rows]


def _named(reader: Reader, customer_id: str) -> dict[str, object]:
    return next(iter(reader.fetch(_NAMED, {"key": customer_id})))


def _described(reader: Reader, match: Match) -> str:
    row = _named(reader, match.customer_id)
    about = ", ".join(str(row[name]) for name in ("full_name", "city") if row[name])
    return f"{match.customer_id} ({about or 'anonymous'})"


def _shell_word(key: str) -> str:
    import shlex

    return shlex.quote(key)
