"""What must hold of money and points whatever was merged, split, corrected or replayed."""

from __future__ import annotations

from datetime import datetime

from cdp.engines import Engine
from cdp.errors import GateError

_MONEY = """
with
delivered as (
    select
        coalesce(feed, '') as feed,
        coalesce(currency, '') as currency,
        sum(gross_revenue) as gross_revenue
    from orders
    where not coalesce(is_cancelled, false)
        and ordered_at < $as_of
    group by all
),
credited as (
    select
        coalesce(orders.feed, '') as feed,
        coalesce(orders.currency, '') as currency,
        sum(orders.gross_revenue) as gross_revenue
    from orders
    inner join order_owners on orders.order_id = order_owners.order_id
    where order_owners.counted_as is not null
    group by all
)
select
    coalesce(delivered.feed, credited.feed),
    coalesce(delivered.currency, credited.currency),
    delivered.gross_revenue,
    credited.gross_revenue
from delivered
full join credited on delivered.feed = credited.feed and delivered.currency = credited.currency
where delivered.gross_revenue is distinct from credited.gross_revenue
order by all
"""
_REVENUE = """
select
    (select coalesce(sum(revenue), 0) from order_owners where counted_as is not null) as orders,
    (select coalesce(sum(gross_revenue + gross_revenue_probable), 0) from profiles) as customers,
    (select coalesce(sum(revenue), 0) from order_owners where counted_as = 'anonymous') as anonymous
"""
_RETURNED = """
select
    (select coalesce(sum(value), 0) from customer_returns where counted_as is not null) as returns,
    (select coalesce(sum(returned_value + returned_value_probable), 0) from profiles) as customers,
    (select coalesce(sum(value), 0) from customer_returns where counted_as = 'anonymous') as anonymous
"""
_POINTS = """
select
    (select coalesce(sum(points), 0) from loyalty_ledger where booked_at < $as_of) as delivered,
    (select coalesce(sum(balance), 0) from loyalty_accounts) as cards,
    (select coalesce(sum(points), 0) from loyalty_postings) as sum_of_postings,
    (select coalesce(sum(loyalty_balance), 0) from profiles) as customers,
    (
        select coalesce(sum(balance), 0)
        from loyalty_accounts
        anti join profiles using (customer_id)
    ) as cards_of_nobody
"""
_REVERSED_TOO_FAR = """
with
reversals as (
    select
        reverses_entry_id,
        sum(points) as points,
        min(loyalty_card) as loyalty_card,
        count(distinct loyalty_card) as count_cards
    from loyalty_ledger
    where reverses_entry_id is not null
        and booked_at < $as_of
    group by reverses_entry_id
)
select loyalty_ledger.entry_id
from loyalty_ledger
inner join reversals on loyalty_ledger.entry_id = reversals.reverses_entry_id
where reversals.count_cards > 1
    or reversals.loyalty_card <> loyalty_ledger.loyalty_card
    or sign(loyalty_ledger.points) * (loyalty_ledger.points + reversals.points) < 0
order by loyalty_ledger.entry_id
"""
_OVERDRAWN = "select loyalty_card from loyalty_accounts where balance < 0 order by loyalty_card"
_UNCONVERTED = """
select upper(orders.currency) as currency, count(*) as count_orders, sum(orders.gross_revenue) as amount
from orders
inner join order_owners on orders.order_id = order_owners.order_id
where order_owners.counted_as is not null
    and order_owners.revenue is null
group by upper(orders.currency)
order by currency
"""
_UNCONVERTED_RETURNS = """
select upper(return_currencies.currency) as currency, count(*) as count_returns, sum(customer_returns.amount) as amount
from customer_returns
inner join return_currencies using (return_id)
where customer_returns.is_counted
    and customer_returns.value is null
group by upper(return_currencies.currency)
order by currency nulls last
"""

_UNREAD = (
    "privacy requests or entries of suppression lists name a phone that cannot be read, and so reach nobody by it "
    "(deliver the country, or the number with its country code)"
)
_UNREAD_PHONES = """
select request_id
from privacy_requests
anti join request_phones using (request_id)
where trim(phone) <> ''
    and requested_at < $as_of::timestamp + interval 1 day
    and (valid_until is null or valid_until >= $as_of::timestamp)
order by request_id
"""


def check_conservation(engine: Engine, *, as_of: datetime) -> None:
    """Compare what feeds delivered with what customers and nobody were credited, to the cent and to the point.

    Raises ``GateError`` that names every sum that does not reconcile.
    """
    params: dict[str, object] = {"as_of": as_of}
    faults = [
        f"feed {feed}, {currency or 'no currency'}: orders delivered are worth {delivered}, orders credited {credited}"
        for feed, currency, delivered, credited in engine.rows(_MONEY, params)
    ]
    for what, sql in (("gross revenue", _REVENUE), ("returned value", _RETURNED)):
        total, customers, anonymous = engine.rows(sql)[0]
        if total != customers + anonymous:
            faults.append(f"{what}: {total} in all is not {customers} of customers and {anonymous} of nobody")
    delivered, cards, postings, customers, nobody = engine.rows(_POINTS, params)[0]
    if postings != 0:
        faults.append(f"points ledger: debit and credit differ by {postings} points")
    if delivered != cards or cards != customers + nobody:
        faults.append(
            f"points ledger: {delivered} points delivered, {cards} on cards, {customers} of customers and "
            f"{nobody} of cards that nobody is known by"
        )
    if faults:
        raise GateError(
            "the totals do not reconcile:\n" + "\n".join(f"  {fault}" for fault in faults),
            "nothing is published; correct the export, or the mapping in pipelines/feeds, and run again",
        )


def doubts(engine: Engine, *, as_of: datetime) -> tuple[str, ...]:
    """What reconciles and still looks wrong, in words: no rate for a currency, points taken back twice, overdrawn, a
    phone that must not be called and cannot be read."""
    found = [
        f"{count} orders in {currency} worth {amount} have no exchange rate on or before their day: "
        "they count as orders, but in no total of money (docs/own-data.md tells how to deliver rates)"
        for currency, count, amount in engine.rows(_UNCONVERTED)
    ]
    found += [
        f"{count} returns {f'in {currency}' if currency else 'whose currency nothing tells,'} worth {amount} have no "
        "exchange rate on or before their day: they count as returns, but in no total of money"
        for currency, count, amount in engine.rows(_UNCONVERTED_RETURNS)
    ]
    for words, sql, is_personal in (
        (_UNREAD, _UNREAD_PHONES, False),
        ("movements of points are taken back by more than they were, or on another card", _REVERSED_TOO_FAR, False),
        ("loyalty cards are overdrawn", _OVERDRAWN, True),
    ):
        keys = [f"…{key[-4:]}" if is_personal else str(key) for (key,) in engine.rows(sql, {"as_of": as_of})]
        if keys:
            found.append(f"{len(keys)} {words}: {', '.join(keys[:5])}{', …' if len(keys) > 5 else ''}")
    return tuple(found)
