"""A few profiles and events in an engine, as the segment stage meets them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cdp.engines import Engine, open_engine
from cdp.segments.catalog import PROFILE_COLUMNS

SQL_TYPES = {
    "text": "varchar",
    "number": "decimal(18, 2)",
    "instant": "timestamp",
    "date": "date",
    "flag": "boolean default false",
    "list": "varchar[]",
    "barred": "varchar",
}
TABLES = {
    "identity_map": "record_id varchar, customer_id varchar",
    "orders": "order_id varchar, record_id varchar, channel varchar, ordered_at timestamp, status varchar, "
    "is_cancelled boolean, gross_revenue decimal(18, 2), store_id varchar, discount_code varchar",
    "order_lines": "order_line_id varchar, order_id varchar, record_id varchar, sku varchar, gtin varchar, "
    "quantity decimal(18, 3), amount decimal(18, 2)",
    "products": "sku varchar, gtin varchar, brand varchar, category varchar, product_type varchar, colour varchar",
    "returns": "return_id varchar, order_id varchar, return_channel varchar, returned_at timestamp, "
    "amount decimal(18, 2)",
    "customer_returns": "return_id varchar, customer_id varchar",
    "touchpoints": "touchpoint_id varchar, record_id varchar, channel varchar, event_name varchar, "
    "occurred_at timestamp, sku varchar",
    "tickets": "ticket_id varchar, record_id varchar, opened_at timestamp, is_open boolean",
    "survey_responses": "response_id varchar, record_id varchar, survey_type varchar, score integer, "
    "responded_at timestamp",
    "fulfilments": "fulfilment_id varchar, record_id varchar, fulfilment_type varchar, created_at timestamp",
}


class Base:
    """Rows go in as keyword arguments; whatever is not named stays null."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        profile = ", ".join(f"{name} {SQL_TYPES[kind]}" for name, kind in PROFILE_COLUMNS.items())
        for table, columns in {**TABLES, "profiles": profile}.items():
            engine.execute(f"create temp table {table} ({columns})")

    def add(self, table: str, **values: object) -> None:
        names, marks = ", ".join(values), ", ".join(f"${name}" for name in values)
        self.engine.execute(f"insert into {table} ({names}) values ({marks})", values)

    def member(self, customer_id: str, **columns: object) -> None:
        """A profile whose one record has the id ``r`` + customer id."""
        self.add("profiles", customer_id=customer_id, **columns)
        self.add("identity_map", record_id=f"r{customer_id}", customer_id=customer_id)


@pytest.fixture
def base() -> Iterator[Base]:
    engine = open_engine("duckdb", threads=2)
    yield Base(engine)
    engine.close()
