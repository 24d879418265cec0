"""A few profiles and events in an engine, as the segment stage meets them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hand_made import table_contracts

from cdp.contracts.published import FACTS, owner_columns
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
    name: ", ".join(f'"{column.name}" {column.type}' for column in table.properties)
    for name, table in table_contracts().items()
    if name != "profiles" and table.layer in {"canonical", "identity", "profile"}
} | {
    owner: ", ".join(f"{name} {kind}" for name, kind in owner_columns(owner).items())
    for owner in {item.owner for item in FACTS} - {"identity_map"}
}
APPENDED = {item.appended: item.table for item in FACTS if item.appended}


class Base:
    """Rows go in as keyword arguments; whatever is not named stays null."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        profile = ", ".join(f"{name} {SQL_TYPES[kind]}" for name, kind in PROFILE_COLUMNS.items())
        for table, columns in {**TABLES, "profiles": profile}.items():
            engine.execute(f"create temp table {table} ({columns})")
        for appended, table in APPENDED.items():
            engine.create_table(appended, f"select null::varchar as customer_id, * from {table}")

    def add(self, table: str, **values: object) -> None:
        names, marks = ", ".join(values), ", ".join(f"${name}" for name in values)
        self.engine.execute(f"insert into {table} ({names}) values ({marks})", values)

    def order(self, order_id: str, customer_id: str, counted_as: str | None = "purchase", **columns: object) -> None:
        """An order that the profile stage has credited to a customer."""
        revenue = columns.get("gross_revenue", 0)
        self.add("orders", order_id=order_id, record_id=f"r{customer_id}", **columns)
        self.add("order_owners", order_id=order_id, customer_id=customer_id, counted_as=counted_as, revenue=revenue)

    def member(self, customer_id: str, **columns: object) -> None:
        """A profile whose one record has the id ``r`` + customer id."""
        self.add("profiles", customer_id=customer_id, **columns)
        self.add("identity_map", record_id=f"r{customer_id}", customer_id=customer_id)


@pytest.fixture
def base() -> Iterator[Base]:
    engine = open_engine("duckdb", threads=2)
    yield Base(engine)
    engine.close()
