"""A small shop in an engine: every table that the profile stage reads, empty until a test adds rows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest

from cdp.engines import Engine, open_engine

AS_OF = datetime(2026, 6, 1)

TABLES = {
    "identity_records": "record_id varchar, feed varchar, source_id varchar, record_kind varchar, "
    "first_observed_at timestamp, last_observed_at timestamp, title varchar, first_name varchar, "
    "middle_name varchar, last_name varchar, suffix varchar, full_name varchar, birth_date date, "
    "gender varchar, company varchar, street varchar, city varchar, region varchar, postcode varchar, "
    "country varchar",
    "record_identifiers": "record_id varchar, feed varchar, identifier_type varchar, "
    "identifier_value varchar, country varchar, first_seen_at timestamp, last_seen_at timestamp, "
    "count_seen bigint",
    "touchpoints": "touchpoint_id varchar, record_id varchar, feed varchar, channel varchar, "
    "event_name varchar, occurred_at timestamp, order_id varchar, sku varchar, page varchar",
    "orders": "order_id varchar, record_id varchar, feed varchar, channel varchar, ordered_at timestamp, "
    "status varchar, is_cancelled boolean, currency varchar, gross_revenue decimal(18, 2), store_id varchar",
    "returns": "return_id varchar, order_id varchar, record_id varchar, feed varchar, "
    "return_channel varchar, returned_at timestamp, sku varchar, gtin varchar, quantity decimal(18, 3), "
    "amount decimal(18, 2)",
    "fulfilments": "fulfilment_id varchar, record_id varchar, fulfilment_type varchar, "
    "created_at timestamp, status varchar",
    "tickets": "ticket_id varchar, record_id varchar, is_open boolean, opened_at timestamp, "
    "updated_at timestamp, solved_at timestamp, csat_score integer, csat_at timestamp",
    "survey_responses": "response_id varchar, record_id varchar, survey_type varchar, score integer, "
    "responded_at timestamp",
    "consents": "consent_statement_id varchar, record_id varchar, channel varchar, status varchar, "
    "stated_at timestamp, is_timed boolean",
    "privacy_requests": "request_id varchar, request_type varchar, requested_at timestamp, "
    "full_name varchar, email varchar, phone varchar, loyalty_card varchar, shop_customer_id varchar",
    "request_phones": "request_id varchar, phone_std varchar",
    "identity_map": "record_id varchar, feed varchar, source_id varchar, customer_id varchar",
    "identifiers": "customer_id varchar, identifier_type varchar, identifier_value varchar, "
    "first_seen_at timestamp, last_seen_at timestamp, count_records bigint",
    "customers": "customer_id varchar, is_anonymous boolean, first_seen_at timestamp, "
    "last_seen_at timestamp, count_records bigint, count_feeds bigint, needs_review boolean",
}


class Shop:
    """Rows go in as keyword arguments; whatever is not named stays null."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        for table, columns in TABLES.items():
            engine.execute(f"create temp table {table} ({columns})")

    def add(self, table: str, **values: object) -> None:
        names, marks = ", ".join(values), ", ".join(f"${name}" for name in values)
        self.engine.execute(f"insert into {table} ({names}) values ({marks})", values)

    def customer(self, customer_id: str, *records: str, is_anonymous: bool = False) -> None:
        """A customer made of records named ``feed:source_id``."""
        self.add("customers", customer_id=customer_id, is_anonymous=is_anonymous, count_records=len(records))
        for record in records:
            feed, source_id = record.split(":", 1)
            self.add("identity_map", record_id=record, feed=feed, source_id=source_id, customer_id=customer_id)


@pytest.fixture
def shop() -> Iterator[Shop]:
    engine = open_engine("duckdb", threads=2)
    yield Shop(engine)
    engine.close()
