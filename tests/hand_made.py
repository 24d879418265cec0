"""A published file made by hand: three customers and one device, under the tables' own contracts."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import duckdb
from tests_support import ROOT

from cdp.contracts import TableContract, load_document
from cdp.contracts.published import FACTS

AS_OF = datetime(2026, 6, 1)
JOINED = {item.table: item.joined for item in FACTS}


def table_contracts() -> dict[str, TableContract]:
    loaded = [load_document(path, TableContract)[0] for path in sorted((ROOT / "schemas/tables").glob("*.yaml"))]
    return {table.name: table for table in loaded if table is not None}


def _create(connection, table):
    columns = [f'"{item.name}" {item.type}' for item in table.properties]
    columns += [f'"{column.name}" {column.type}' for column in JOINED.get(table.name, ())]
    connection.execute(f'create table "{table.name}" ({", ".join(columns)})')


def _profile(customer_id, **values):
    zero = dict.fromkeys(
        (
            "count_orders", "count_orders_store", "count_orders_web", "count_orders_app", "gross_revenue",
            "gross_revenue_store", "gross_revenue_web", "gross_revenue_app", "returned_value", "net_revenue",
            "net_revenue_store", "net_revenue_web", "net_revenue_app", "count_touchpoints", "count_open_tickets",
            "count_tickets", "reservations_waiting", "count_returns",
        ),
        0,
    )  # fmt: skip
    flags = {"has_card": False, "is_erasure_requested": False, "needs_review": False, "reachable_by": []}
    return {**zero, **flags, "customer_id": customer_id, **values}


ANNA = _profile(
    "C1", full_name="Anna Müller", first_name="Anna", last_name="Müller", email="anna@example.com",
    phone="+447700900123", city="Leeds", postcode="LS1 1AA", country="GB", loyalty_card="40012345",
    shop_customer_id="9001", count_orders=2, count_orders_store=1, count_orders_web=1, gross_revenue=150.50,
    gross_revenue_store=50.50, gross_revenue_web=100, returned_value=20, net_revenue=130.50, net_revenue_store=50.50,
    net_revenue_web=80, first_purchase_at="2026-03-01 10:00:00", last_purchase_at="2026-05-20 12:00:00",
    average_order_value=75.25, channels="store|web|support", count_touchpoints=3,
    last_touchpoint_at="2026-05-28 09:00:00", last_touchpoint_channel="support", consent_email="in",
    consent_email_at="2026-01-01 00:00:00", consent_sms="out", consent_sms_at="2026-02-01 00:00:00",
    reachable_by=["email"], count_open_tickets=1, count_tickets=1, last_csat_score=4,
    last_csat_at="2026-04-01 00:00:00", last_nps_score=9, last_nps_at="2026-04-02 00:00:00", has_card=True,
    count_returns=1, household_id="H1", household_size=2, open_cart_id="K1", open_cart_value=60,
    open_cart_began_at="2026-05-28 08:00:00", open_cart_began_channel="web", open_cart_began_device="dev-1",
    open_cart_last_touched_at="2026-05-28 08:30:00", open_cart_devices=2, loyalty_balance=120, count_messages=1,
    count_messages_opened=1, count_messages_clicked=1, last_message_at="2026-05-10 08:00:00",
    count_repeat_contacts_7d=1, count_orders_probable=1, gross_revenue_probable=7.50,
)  # fmt: skip
BEN = _profile("C2", full_name="Ben Sample", email="ben@example.org", phone="+447700900456", city="York", country="GB")
CARLA = _profile(
    "C3", full_name="Carla Sample", email="carla@example.org", phone="+447700900456", city="York", country="GB"
)


def _fact(number, record_id, **values):
    return {"customer_id": f"C{number}", "record_id": record_id, "feed": record_id.split(":")[0], **values}


def _touch(key, happened, channel, event, **values):
    return _fact(1, "shop_customers:9001", touchpoint_id=key, occurred_at=happened, channel=channel,
                 event_name=event, **values)  # fmt: skip


ROWS = {
    "customers": [
        {"customer_id": "C1", "is_anonymous": False, "count_records": 3, "count_feeds": 2, "needs_review": False,
         "first_seen_at": "2026-01-01 00:00:00", "last_seen_at": "2026-05-28 09:00:00"},
        {"customer_id": "C2", "is_anonymous": False, "count_records": 1, "count_feeds": 1, "needs_review": False},
        {"customer_id": "C3", "is_anonymous": False, "count_records": 1, "count_feeds": 1, "needs_review": True},
        {"customer_id": "C4", "is_anonymous": True, "count_records": 1, "count_feeds": 1, "needs_review": False},
    ],
    "profiles": [ANNA, BEN, CARLA],
    "profile_attributes": [
        {"customer_id": "C1", "attribute": "full_name", "value": "Anna Müller", "feed": "shop_customers",
         "record_id": "shop_customers:9001", "is_chosen": True, "reason": "the highest source that knows it"},
        {"customer_id": "C1", "attribute": "full_name", "value": "Anna Birch", "feed": "pos_receipts",
         "record_id": "pos_receipts:S01-1", "is_chosen": False, "reason": "a lower source"},
    ],
    "identifiers": [
        {"customer_id": f"C{number}", "identifier_type": kind, "identifier_value": value, "count_records": 1}
        for number, kind, value in (
            (1, "email", "anna@example.com"), (1, "phone", "+447700900123"), (1, "loyalty_card", "40012345"),
            (1, "shop_customer_id", "9001"), (1, "order_id", "#1001"), (1, "order_id", "S01-1"),
            (1, "social_handle", "instagram:@anna.m"), (2, "phone", "+447700900456"), (3, "phone", "+447700900456"),
            (2, "email", "ben@example.org"), (3, "email", "carla@example.org"), (4, "device_id", "dev-4"),
        )
    ],
    "identity_records": [
        _fact(1, "shop_customers:9001", source_id="9001", record_kind="account"),
        _fact(1, "pos_receipts:S01-1", source_id="S01-1", record_kind="receipt"),
        _fact(1, "support_tickets:77", source_id="77", record_kind="ticket"),
    ],
    "identity_map": [
        {"record_id": "shop_customers:9001", "feed": "shop_customers", "source_id": "9001", "customer_id": "C1"},
        {"record_id": "pos_receipts:S01-1", "feed": "pos_receipts", "source_id": "S01-1", "customer_id": "C1"},
        {"record_id": "app_events:d4", "feed": "app_events", "source_id": "d4", "customer_id": "C4"},
    ],
    "id_crosswalk": [
        {"run_id": "2026-05-31-0001", "event_type": "merged", "customer_id": "C1", "other_customer_id": "C0",
         "as_of": AS_OF, "reason": "joined"},
    ],
    "orders": [
        _fact(1, "pos_receipts:S01-1", order_id="S01-1", channel="store", ordered_at="2026-03-01 10:00:00",
              is_cancelled=False, currency="EUR", gross_revenue=50.50),
        _fact(1, "shop_customers:9001", order_id="#1001", channel="web", ordered_at="2026-05-20 12:00:00",
              is_cancelled=False, currency="EUR", gross_revenue=100),
        _fact(2, "pos_receipts:S02-1", order_id="S02-1", channel="store", ordered_at="2026-03-02 10:00:00",
              is_cancelled=False, currency="PLN", gross_revenue=40, counted_as="purchase"),
    ],
    "order_lines": [
        _fact(1, "shop_customers:9001", order_line_id="#1001:1", order_id="#1001", line_number=1, sku="K-1",
              product_name="Kettle", quantity=1, amount=60),
        _fact(1, "shop_customers:9001", order_line_id="#1001:2", order_id="#1001", line_number=2, sku="M-1",
              product_name="Mug", quantity=2, amount=40),
        _fact(1, "pos_receipts:S01-1", order_line_id="S01-1:1", order_id="S01-1", line_number=1, sku="T-1",
              product_name="Loose tea", quantity=0.4, amount=50.50),
    ],
    "returns": [
        _fact(1, "pos_receipts:S01-9", return_id="r1", order_id="#1001", return_channel="store",
              returned_at="2026-05-25 10:00:00", sku="M-1", quantity=1, amount=20),
    ],
    "households": [
        {"household_id": "H1", "count_members": 2, "members": ["C1", "C2"], "count_orders": 2, "net_revenue": 130.50},
    ],
    "carts": [
        {"cart_id": "K1", "customer_id": "C1", "thread_id": "C1:2", "status": "open", "is_current": True,
         "began_at": "2026-05-28 08:00:00", "began_channel": "web", "began_device": "dev-1",
         "last_touched_at": "2026-05-28 08:30:00", "count_devices": 2, "value": 60},
    ],
    "cart_items": [
        {"cart_id": "K1", "customer_id": "C1", "sku": "K-1", "quantity": 1, "unit_price": 60, "value": 60,
         "store_id": "S01", "store_basis": "usual", "stock_available": 3},
        {"cart_id": "K1", "customer_id": "C1", "sku": "M-1", "quantity": 0, "unit_price": 20, "value": 0},
    ],
    "loyalty_accounts": [
        {"loyalty_card": "40012345", "customer_id": "C1", "balance": 120, "points_earned": 150, "points_burned": 30,
         "points_expired": 0, "last_booked_at": "2026-05-20 12:00:00"},
    ],
    "campaigns": [{"campaign_id": "K7", "send_id": "88", "feed": "mail", "name": "Spring", "channel": "email"}],
    "messages": [
        {"message_id": "m1", "feed": "mail", "channel": "email", "campaign_id": "K7", "recipient_type": "email",
         "recipient_value": "anna@example.com", "customer_id": "C1", "sent_at": "2026-05-10 08:00:00",
         "is_delivered": True, "count_opens": 1, "count_clicks": 1, "first_opened_at": "2026-05-10 09:00:00",
         "last_clicked_at": "2026-05-10 09:01:00"},
    ],
    "support_contacts": [
        {"contact_id": "ticket:77", "customer_id": "C1", "channel": "email", "ticket_id": "77",
         "contacted_at": "2026-05-28 09:00:00", "is_repeat_7d": True},
    ],
    "tickets": [
        _fact(1, "support_tickets:77", ticket_id="77", channel="email", subject="Handle came off", status="open",
              is_open=True, opened_at="2026-05-28 09:00:00"),
    ],
    "touchpoints": [
        _touch("t1", "2026-03-01 10:00:00", "store", "Order Completed", order_id="S01-1", amount=50.50),
        _touch("t2", "2026-05-20 12:00:00", "web", "Order Completed", order_id="#1001", amount=100),
        _touch("t3", "2026-05-28 09:00:00", "support", "Ticket Opened", text="Handle came off"),
        _touch("t4", "2026-06-02 09:00:00", "web", "Product Viewed", sku="K-1"),
    ],
    "segments": [
        {"segment": "buyers", "title": "Everybody who bought", "definition": "{}", "sql": "select 1",
         "count_members": 1},
        {"segment": "nobody", "title": "Nobody", "definition": "{}", "sql": "select 1", "count_members": 0},
    ],
    "segment_memberships": [
        {"segment": "buyers", "customer_id": "C1", "valid_from": "2026-05-31"},
        {"segment": "buyers", "customer_id": "C2", "valid_from": "2026-05-01", "valid_to": "2026-05-31"},
    ],
    "source_files": [
        {"file_id": "f1", "feed": "pos_receipts", "file": "night1/pos/a.csv", "run_id": "2026-05-31-0001",
         "status": "loaded", "rows_read": 3, "rows_accepted": 2, "rows_quarantined": 1, "rows_duplicate": 0,
         "rows_superseded": 0, "message": ""},
    ],
    "quarantine_rows": [
        {"file": "night1/pos/a.csv", "line": 3, "feed": "pos_receipts", "run_id": "2026-05-31-0001",
         "reason_codes": ["type:amount"], "detail": "amount is not a number", "raw": "S01;x", "row_key": "S01"},
    ],
    "runs": [
        {"run_id": "2026-05-31-0001", "business_date": "2026-05-31", "as_of": AS_OF, "status": "published",
         "count_files": 1, "rows_read": 3, "rows_accepted": 2, "rows_quarantined": 1, "rows_duplicate": 0,
         "rows_superseded": 0, "count_customers": 3},
    ],
}  # fmt: skip


def publish_by_hand(root: Path, name: str = "cdp_2026-05-31-0001.duckdb") -> Path:
    """Write the file below ``root``, put ``serve/current`` on it; gives ``root``."""
    (root / "cdp.toml").write_text('name = "Hand-made"\n', encoding="utf-8")
    serve = root / "data" / "serve"
    serve.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(serve / name)) as connection:
        for table in table_contracts().values():
            _create(connection, table)
        for table, rows in ROWS.items():
            known = {column for (column, *_) in connection.execute(f'describe "{table}"').fetchall()}
            for row in rows:
                kept = {column: value for column, value in row.items() if column in known}
                marks = ", ".join(f"${column}" for column in kept)
                connection.execute(f'insert into "{table}" ({", ".join(kept)}) values ({marks})', kept)
    current = serve / "current"
    fresh = serve / "current.partial"
    fresh.symlink_to(name)
    fresh.replace(current)
    return root
