"""Canonical tables and resolved identities of a made-up shop of any size, in the proportions of one in all channels.

Per customer: an account, a device, 0.4 loyalty cards, 0.75 consents, 1.15 e-mails, 0.9 receipts, and visits to the web
shop or app as many as the touchpoints leave room for (four page views each; every third fills a cart, two of nine
order). Few people do much of it: half of all visits and receipts belong to a quarter of the customers. Touchpoints are
as wide as trackers write them: random ids, page, price, JSON.
"""

from __future__ import annotations

from pathlib import Path

from cdp.contracts.published import made_by
from cdp.engines import Engine, open_engine
from cdp.workspace import Workspace

_LAST = "timestamp '2026-06-01'"
_TIME = _LAST + " - to_seconds((hash({seed}, {key}) % 63072000)::bigint)"
_WHO = "floor($customers * power(hash({seed}, {key}) / 18446744073709551616.0, 2))::bigint"
_VALUE = "round((5 + hash({seed}, {key}) % 100) * (1 + hash(20, c) % 1000 / 300.0), 2)"
_ID = "md5({text})::uuid::varchar"
_DEVICE = "case when c % 5 = 0 then 'app_events:' else 'web_events:' end || " + _ID.format(text="'device' || c")

VISITS = f"""
select s, c, {_DEVICE} as record_id, case when c % 5 = 0 then 'app' else 'web' end as channel, started_at,
    {_ID.format(text="'session' || s")} as session_id,
    case when s % 3 = 0 then 'wc_' || left(md5('cart' || s), 10) end as cart_id,
    case when s % 9 in (0, 3) then '#' || (100000 + s) end as order_id,
    case when hash(6, s) % 50 = 0 then 'CMP' || hash(7, s) % 40 end as campaign
from (
    select s, {_WHO.format(seed=1, key="s")} as c, {_TIME.format(seed=2, key="s")} as started_at
    from range($visits) as t(s)
)
"""
EVENTS = """
select s, c, record_id, channel, session_id, campaign,
    started_at + to_seconds(n * 35 + (hash(3, s, n) % 30)::bigint) as occurred_at, n,
    ['Page Viewed', 'Product Viewed', 'Product Viewed', 'Product Viewed', 'Product Added', 'Product Added',
        'Cart Viewed', 'Checkout Started', 'Order Completed'][n + 1] as event_name,
    case when n >= 4 then cart_id end as cart_id, case when n = 8 then order_id end as order_id,
    case when n between 1 and 5 then hash(5, s, case when n in (4, 5) then n - 2 else n end) % 5000 end as product
from visits, range(9) as step(n)
where n < 4 or (n < 7 and cart_id is not null) or order_id is not null
"""
ORDERS = f"""
select order_id, 'shop_orders:' || order_id as record_id, 'shop_orders' as feed, channel, 'paid' as status, cart_id,
    null::varchar as store_id, c, least(started_at + interval 320 second, {_LAST} - interval 1 second) as ordered_at,
    s % 60 = 0 as is_cancelled, 'EUR' as currency, {_VALUE.format(seed=15, key="s")} as gross_revenue,
    case when hash(16, s) % 20 = 0 then 'CODE' || hash(17, s) % 40 end as discount_code
from visits where order_id is not null
union all
select 'S' || lpad((i % 20)::varchar, 3, '0') || '-' || i as order_id, 'pos_receipts:' || order_id as record_id,
    'pos_receipts' as feed, 'store' as channel, 'completed' as status, null as cart_id, split_part(order_id, '-', 1),
    {_WHO.format(seed=11, key="i")} as c, {_TIME.format(seed=12, key="i")} as ordered_at, false, 'EUR',
    {_VALUE.format(seed=13, key="i")}, null
from range($receipts) as t(i)
"""
TOUCHPOINTS = f"""
select channel || '_events:' || {_ID.format(text="'event' || s || '-' || n")} as touchpoint_id, record_id,
    channel || '_events' as feed, channel, event_name, least(occurred_at, {_LAST} - interval 1 second) as occurred_at,
    session_id, order_id, cart_id, campaign,
    'SKU' || product as sku, case when n in (4, 5) then 1 end as quantity, (300 + product % 9000) / 100.0 as amount,
    case when product is null then '/' else '/products/some-article-of-ours-' || product end as page,
    case when product is null then '{{"url":"https://shop.example/","title":"Home"}}'
        else '{{"product_id":"' || 5060123000000 + product || '","sku":"SKU' || product || '","name":"Some Article '
            || product || '","category":"Outdoor","brand":"Ours","price":' || product % 90
            || '.99,"quantity":1,"currency":"EUR"}}' end as properties
from events
union all by name
select record_id || ':order' as touchpoint_id, record_id, feed, channel,
    case when channel = 'store' then 'Order Completed' else 'Order Placed' end as event_name, ordered_at as occurred_at,
    order_id, gross_revenue as amount, '{{"payment":"card","count_lines":2,"till":4}}' as properties
from sales
union all by name
select ticket_id as touchpoint_id, record_id, feed, 'support' as channel, 'Ticket Opened' as event_name,
    opened_at as occurred_at, subject as text
from helped
union all by name
select 'social:' || i as touchpoint_id, 'shop_customers:' || {_WHO.format(seed=21, key="i")} as record_id,
    'social' as feed, 'social' as channel, 'Comment Posted' as event_name,
    {_TIME.format(seed=22, key="i")} as occurred_at,
    'I like what you sell, please go on' as text
from range($customers * 7 // 100) as t(i)
"""
TICKETS = f"""
select 'support_tickets:' || i as ticket_id, 'shop_customers:' || {_WHO.format(seed=31, key="i")} as record_id,
    'support_tickets' as feed, 'chat' as channel, 'Damaged item' as subject, 'closed' as status, i % 20 = 0 as is_open,
    {_TIME.format(seed=32, key="i")} as opened_at, opened_at + interval 5 hour as first_replied_at,
    opened_at + interval 50 hour as solved_at, case when i % 3 = 0 then 1 + i % 5 end as csat_score
from range($customers * 8 // 100) as t(i)
"""
RECORDS = f"""
select 'shop_customers:' || c as record_id, 'shop_customers' as feed, 'account' as record_kind,
    timestamp '2024-06-01' as first_observed_at, timestamp '2026-05-01' as last_observed_at,
    'First' || c % 997 as first_name, 'Last' || c % 7919 as last_name, first_name || ' ' || last_name as full_name,
    case when c % 3 > 0 then date '1950-01-01' + (c % 18000)::integer end as birth_date,
    c % 200 || ' High Street' as street, 'Town' || c % 300 as city, 'P' || c % 9000 as postcode, 'GB' as country, c
from range($customers) as t(c)
union all by name
select 'loyalty_members:' || 9826000000000000 + c as record_id, 'loyalty_members' as feed, 'card' as record_kind,
    timestamp '2024-07-01' as first_observed_at, timestamp '2026-03-01' as last_observed_at,
    'First' || c % 997 as first_name, 'Last' || c % 7919 as last_name, first_name || ' ' || last_name as full_name,
    c % 200 || ' High St.' as street, 'Town' || c % 300 as city, 'P' || c % 9000 as postcode, 'GB' as country, c
from range($customers) as t(c) where c % 5 < 2
union all by name
select {_DEVICE} as record_id, split_part(record_id, ':', 1) as feed, 'device' as record_kind,
    timestamp '2024-06-01' as first_observed_at, timestamp '2026-05-30' as last_observed_at, c
from range($customers) as t(c)
union all by name
select record_id, feed, case when channel = 'store' then 'receipt' else 'order' end as record_kind,
    ordered_at as first_observed_at, ordered_at as last_observed_at,
    case when channel <> 'store' then 'First' || c % 997 || ' Last' || c % 7919 end as full_name,
    case when channel <> 'store' then c % 200 || ' High Street' end as street,
    case when channel <> 'store' then 'P' || c % 9000 end as postcode, c
from sales
"""
IDENTIFIERS = """
select record_id, feed, kind as identifier_type,
    case kind when 'email' then 'user' || c || '@example.com' when 'phone' then '+447' || lpad(c::varchar, 9, '0')
        when 'loyalty_card' then (9826000000000000 + c)::varchar when 'order_id' then split_part(record_id, ':', 2)
        when 'shop_customer_id' then 'x' || c else split_part(record_id, ':', 2) end as identifier_value,
    first_observed_at as first_seen_at, last_observed_at as last_seen_at, 1::bigint as count_seen
from people inner join (values
    ('account', 'email'), ('account', 'phone'), ('account', 'shop_customer_id'), ('card', 'email'),
    ('card', 'loyalty_card'), ('device', 'anonymous_id'), ('order', 'order_id'), ('order', 'email'),
    ('receipt', 'order_id'), ('receipt', 'loyalty_card')
) as k(record_kind, kind) using (record_kind)
where record_kind <> 'receipt' or kind = 'order_id' or c % 5 < 2
"""
LINES = """
select order_id || ':' || n as order_line_id, order_id, record_id, feed, n as line_number,
    'SKU' || hash(18, order_id, n) % 5000 as sku, 1 as quantity, round(gross_revenue / 2, 2) as unit_price,
    round(gross_revenue / 2, 2) as amount
from sales, (values (1), (2)) as line(n)
"""
RETURNS = """
select 'R' || order_id as return_id, order_id, record_id, feed, channel as return_channel,
    least(ordered_at + interval 9 day, timestamp '2026-05-31') as returned_at, round(gross_revenue / 2, 2) as amount
from sales where hash(19, order_id) % 8 = 0
"""
CONSENTS = """
select 'consent:' || c || ':' || channel as consent_statement_id, 'shop_customers:' || c as record_id,
    'consent' as feed, channel, case when c % 3 = 0 then 'out' else 'in' end as status,
    timestamp '2026-01-01' as stated_at, true as is_timed, 'consent log' as source
from range($customers) as t(c), (values ('email', 2), ('sms', 4)) as k(channel, every)
where c % every = 0
"""
MESSAGES = f"""
select 'campaign_email:' || {_ID.format(text="'mail' || i || kind")} as event_id, 'campaign_email' as feed,
    'email' as channel, 'SEND' || i % 40 as send_id, kind as event_type,
    {_TIME.format(seed=41, key="i")} + to_seconds(later) as occurred_at, 'email' as recipient_type,
    'user' || i % $customers || '@example.com' as recipient_value
from range($customers * 115 // 100) as t(i), (values ('sent', 1, 0), ('opened', 4, 900), ('clicked', 20, 960))
    as k(kind, every, later)
where i % every = 0
"""
LEDGER = """
select 'loyalty:' || order_id as entry_id, 'loyalty_ledger' as feed, 'loyalty_members:' || 9826000000000000 + c
    as record_id, (9826000000000000 + c)::varchar as loyalty_card, 'earn' as entry_type,
    floor(gross_revenue)::bigint as points, channel, order_id, ordered_at as booked_at
from sales where c % 5 < 2
"""
SMALL = {
    "products": "select 'SKU' || i as sku, 'Product ' || i as title, 'Category ' || i % 12 as category, 10.0 as cost, "
    "'active' as status from range(5000) as t(i)",
    "stores": "select 'S' || lpad(i::varchar, 3, '0') as store_id, 'Store ' || i as name, 'Town' || i as city, "
    "'P' || i as postcode, 'GB' as country from range(20) as t(i)",
    "inventory": "select 'S' || lpad((i % 20)::varchar, 3, '0') as store_id, 'SKU' || i // 20 as sku, "
    "'inventory' as feed, date '2026-05-31' as stock_date, i % 9 as on_hand, 0 as reserved from range(100000) as t(i)",
    "campaigns": "select 'CMP' || i as campaign_id, 'SEND' || i as send_id, 'campaigns' as feed, "
    "'Campaign ' || i as name, "
    "'email' as channel, timestamp '2026-01-01' as started_at, 'CODE' || i as discount_code from range(40) as t(i)",
    "campaign_costs": "select 'CMP' || i as campaign_id, 'campaign_costs' as feed, 'email' as channel, "
    "date '2026-01-01' as started_on, 500.0 as total_cost, 'EUR' as currency from range(40) as t(i)",
}
INNER = {"visits": VISITS, "events": EVENTS, "sales": ORDERS, "helped": TICKETS, "people": RECORDS}
CANONICAL = {
    "touchpoints": TOUCHPOINTS,
    "orders": "select * from sales",
    "tickets": "select * from helped",
    "identity_records": "select *, split_part(record_id, ':', 2) as source_id from people",
    "record_identifiers": IDENTIFIERS,
    "order_lines": LINES,
    "returns": RETURNS,
    "consents": CONSENTS,
    "message_events": MESSAGES,
    "loyalty_ledger": LEDGER,
    **SMALL,
}
IDENTITY = {
    "identity_map": "select record_id, feed, split_part(record_id, ':', 2) as source_id, "
    "'C' || upper(left(md5(c::varchar), 15)) as customer_id from people",
    "customers": "select customer_id, false as is_anonymous, timestamp '2024-06-01' as first_seen_at, timestamp "
    "'2026-05-01' as last_seen_at, count(*) as count_records, count(distinct feed) as count_feeds, "
    "false as needs_review from identity_map group by customer_id",
    "identifiers": "select customer_id, identifier_type, identifier_value, min(first_seen_at) as first_seen_at, "
    "max(last_seen_at) as last_seen_at, count(*) as count_records from record_identifiers inner join identity_map "
    "using (record_id) group by all",
    "usable_identifiers": "select record_id, feed, identifier_type, identifier_value, first_seen_at, last_seen_at, "
    "count_seen, false as is_landline from record_identifiers",
    "request_phones": "select null::varchar as request_id, null::varchar as phone_std where false",
}


def make_facts(workspace: Workspace, folder: Path, customers: int, touchpoints: int) -> dict[str, int]:
    """Write every table that profiles and measures read to ``folder`` as parquet; gives the rows of each."""
    receipts = customers * 9 // 10
    others = receipts + customers * 8 // 100 + customers * 7 // 100
    size = {
        "customers": customers,
        "receipts": receipts,
        "visits": max(9, round((touchpoints - others) / (4 + 3 / 3 + 2 * 2 / 9 + 2 / 9))),
    }
    engine = open_engine("duckdb", temp_dir=folder, memory_limit="8GB")
    needed = [item.table for item in made_by("identity")] + list(workspace.canonical())
    for name, sql in INNER.items():
        engine.create_table(name, sql, size)
    made = {**CANONICAL, **IDENTITY}
    counts = {}
    for name in [*made, *(name for name in needed if name in workspace.tables and name not in made)]:
        select = made.get(name, "select 1 as nothing where false")
        path = folder / f"{name}.parquet"
        counts[name] = engine.write_parquet(_typed(engine, workspace, name, select, size), path, size)
        engine.read_parquet(name, [path])
    engine.close()
    return counts


def _typed(engine: Engine, workspace: Workspace, name: str, select: str, size: dict[str, int]) -> str:
    """The select with the columns and types of the table's contract, those that it does not give null."""
    if name not in workspace.tables:
        return select
    given = {row[0] for row in engine.rows(f"describe {select}", size)}
    columns = ", ".join(
        f'cast({item.name if item.name in given else "null"} as {item.type}) as "{item.name}"'
        for item in workspace.tables[name].properties
    )
    return f"select {columns} from ({select})"


def read_facts(engine: Engine, folder: Path) -> None:
    """Views of the tables in a folder, as a run reads them."""
    for path in sorted(folder.glob("*.parquet")):
        engine.read_parquet(path.stem, [path])
