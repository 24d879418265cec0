"""What profiles, measures and KPIs cost beside one scan and one sort of the touchpoints.

    python benchmarks/profiles.py --customers 1000000 --touchpoints 10000000

Makes canonical tables and resolved identities of that size in DuckDB (two orders per customer, five kinds of
identifiers' facts, 200 campaigns), then times, in one process: the scan (group touchpoints by customer), the sort
(touchpoints by customer and time), and every step of the stage ``profiles``. Prints CPU seconds and the ratio.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

from cdp.contracts.published import made_by
from cdp.engines import Engine, open_engine
from cdp.ingest.mapping import empty_table
from cdp.measures import Moment, build_measures
from cdp.profiles import build_profiles
from cdp.workspace import Workspace, load_workspace

ROOT = Path(__file__).resolve().parent.parent
AS_OF, DAY = datetime(2026, 6, 1), date(2026, 5, 31)  # noqa: DTZ001  instants are naive UTC
MOMENT = "timestamp '2026-06-01' - to_seconds((hash({seed}, i) % 63072000)::bigint)"

RECORDS = """
select
    'shop_customers:' || i as record_id, 'shop_customers' as feed, 'account' as record_kind,
    timestamp '2024-06-01' as first_observed_at, timestamp '2026-05-01' as last_observed_at,
    'First' || i % 997 as first_name, 'Last' || i % 7919 as last_name,
    'First' || i % 997 || ' Last' || i % 7919 as full_name,
    i % 200 || ' High Street' as street, 'Town' || i % 300 as city, 'P' || i % 9000 as postcode, 'GB' as country
from range($customers) as t(i)
"""
IDENTIFIERS = """
select 'shop_customers:' || i as record_id, 'shop_customers' as feed, kind as identifier_type,
    case kind when 'email' then 'user' || i || '@example.com' when 'phone' then '+4477009' || lpad(i::varchar, 7, '0')
        else 'X' || i end as identifier_value,
    timestamp '2024-06-01' as first_seen_at, timestamp '2026-05-01' as last_seen_at, 1::bigint as count_seen
from range($customers) as t(i), (values ('email'), ('phone'), ('shop_customer_id')) as k(kind)
"""
TOUCHPOINTS = f"""
select
    'web_events:' || i as touchpoint_id, 'shop_customers:' || (hash(1, i) % $customers) as record_id,
    'web_events' as feed, ['web', 'web', 'web', 'app', 'store', 'support'][1 + (hash(2, i) % 6)::bigint] as channel,
    ['Page Viewed', 'Product Viewed', 'Product Added', 'Cart Viewed'][1 + (hash(3, i) % 4)::bigint] as event_name,
    {MOMENT.format(seed=4)} as occurred_at, 'S' || i // 4 as session_id,
    case when hash(3, i) % 4 = 2 then 'cart' || i // 40 end as cart_id,
    case when hash(3, i) % 4 = 2 then 'SKU' || hash(5, i) % 5000 end as sku,
    case when hash(3, i) % 4 = 2 then 1 end as quantity,
    case when hash(6, i) % 20 = 0 then 'K' || hash(7, i) % 200 end as campaign
from range($touchpoints) as t(i)
"""
ORDERS = f"""
select
    'O' || i as order_id, 'shop_customers:' || (hash(11, i) % $customers) as record_id, 'shop_orders' as feed,
    ['store', 'web', 'app'][1 + (hash(12, i) % 3)::bigint] as channel, {MOMENT.format(seed=13)} as ordered_at,
    'paid' as status, hash(14, i) % 50 = 0 as is_cancelled, 'EUR' as currency,
    (500 + hash(15, i) % 20000) / 100.0 as gross_revenue, 'S' || i % 20 as store_id
from range(2 * $customers) as t(i)
"""
ORDER_LINES = """
select order_id || ':1' as order_line_id, order_id, record_id, feed, 1 as line_number,
    'SKU' || hash(16, order_id) % 5000 as sku, 1 as quantity, gross_revenue as unit_price, gross_revenue as amount
from orders
"""
PRODUCTS = """
select 'SKU' || i as sku, 'Product ' || i as title, 'Category ' || i % 12 as category, 10.0 as cost, 'active' as status
from range(5000) as t(i)
"""
CONSENTS = """
select 'consent:' || i as consent_statement_id, 'shop_customers:' || i as record_id, 'consent' as feed,
    'email' as channel, case when i % 3 = 0 then 'out' else 'in' end as status,
    timestamp '2026-01-01' as stated_at, true as is_timed, 'consent log' as source
from range($customers) as t(i)
"""
TABLES = {
    "identity_records": RECORDS,
    "record_identifiers": IDENTIFIERS,
    "touchpoints": TOUCHPOINTS,
    "orders": ORDERS,
    "order_lines": ORDER_LINES,
    "products": PRODUCTS,
    "consents": CONSENTS,
}
IDENTITY = {
    "identity_map": "select record_id, feed, split_part(record_id, ':', 2) as source_id, 'C' || split_part(record_id, "
    "':', 2) as customer_id from identity_records",
    "customers": "select customer_id, false as is_anonymous, timestamp '2024-06-01' as first_seen_at, timestamp "
    "'2026-05-01' as last_seen_at, 1::bigint as count_records, 1::bigint as count_feeds, false as needs_review "
    "from identity_map",
    "identifiers": "select customer_id, identifier_type, identifier_value, first_seen_at, last_seen_at, 1::bigint as "
    "count_records from record_identifiers inner join identity_map using (record_id)",
    "usable_identifiers": "select record_id, feed, identifier_type, identifier_value, first_seen_at, last_seen_at, "
    "count_seen, false as is_landline from record_identifiers",
}


class Clock:
    """CPU and wall seconds of named parts, printed as they end."""

    def __init__(self) -> None:
        self.cpu: dict[str, float] = {}

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        before, begun = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
        yield
        after = resource.getrusage(resource.RUSAGE_SELF)
        self.cpu[name] = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        wall = time.perf_counter() - begun
        print(f"{name:<28}{self.cpu[name]:8.1f} CPU s {wall:8.1f} s", flush=True)


def fill(engine: Engine, workspace: Workspace, customers: int, touchpoints: int) -> None:
    """Every table that the stage reads, those that are not generated empty."""
    size = {"customers": customers, "touchpoints": touchpoints}
    needed = {item.table for item in made_by("identity")} | set(workspace.canonical())
    for name in needed & workspace.tables.keys():
        engine.create_table(name, empty_table(workspace.tables[name]))
    for name, sql in TABLES.items():
        engine.create_table("made", sql, size)
        engine.execute(f"insert into {name} by name select * from made")
        engine.drop("made")
    for name, sql in IDENTITY.items():
        engine.create_table(name, sql)
    engine.create_table("request_phones", "select null::varchar as request_id, null::varchar as phone_std where false")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--touchpoints", type=int, default=1_000_000)
    call = parser.parse_args()
    workspace = load_workspace(ROOT)
    clock = Clock()
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine("duckdb", temp_dir=Path(folder))
        fill(engine, workspace, call.customers, call.touchpoints)
        owned = "touchpoints inner join identity_map using (record_id)"
        engine.create_table("owned", f"select touchpoints.*, identity_map.customer_id from {owned}")
        with clock.part("scan and group"):
            engine.create_table(
                "grouped",
                "select customer_id, count(*) as n, min(occurred_at) as a, max(occurred_at) as b from owned group by 1",
            )
        engine.drop("grouped")
        with clock.part("sort"):
            engine.create_table("sorted", "select * from owned order by customer_id, occurred_at")
        for name in ("sorted", "owned"):
            engine.drop(name)
        with clock.part("profiles"):
            build_profiles(engine, workspace.profile, as_of=AS_OF)
        with clock.part("measures and KPIs"):
            build_measures(engine, workspace.kpis, workspace.attributes, Moment(AS_OF, DAY))
        engine.close()
    yardstick = clock.cpu["scan and group"] + clock.cpu["sort"]
    ours = clock.cpu["profiles"] + clock.cpu["measures and KPIs"]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"{ours / yardstick:.1f} x the scan and the sort; peak {peak:.2f} GiB")


if __name__ == "__main__":
    main()
