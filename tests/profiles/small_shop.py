"""A small shop in an engine: every table that the profile stage reads, empty until a test adds rows."""

from __future__ import annotations

from datetime import datetime

from hand_made import table_contracts

from cdp.engines import Engine

AS_OF = datetime(2026, 6, 1)

WITHOUT_CONTRACT = {
    "request_phones": "request_id varchar, phone_std varchar",
    "usable_identifiers": "record_id varchar, identifier_type varchar, identifier_value varchar, "
    "is_landline boolean default false, first_seen_at timestamp, last_seen_at timestamp",
}
TABLES = {
    name: ", ".join(f'"{column.name}" {column.type}' for column in table.properties)
    for name, table in table_contracts().items()
    if table.layer in {"canonical", "identity"}
} | WITHOUT_CONTRACT


class Shop:
    """Rows go in as keyword arguments; whatever is not named stays null."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        for table, columns in TABLES.items():
            engine.execute(f"create temp table {table} ({columns})")

    def add(self, table: str, **values: object) -> None:
        names, marks = ", ".join(values), ", ".join(f"${name}" for name in values)
        self.engine.execute(f"insert into {table} ({names}) values ({marks})", values)

    def customer(self, customer_id: str, *records: str, is_anonymous: bool = False, has_card: bool = True) -> None:
        """A customer made of records named ``feed:source_id``, which bear a card of his unless told otherwise."""
        self.add("customers", customer_id=customer_id, is_anonymous=is_anonymous, count_records=len(records))
        for record in records:
            feed, source_id = record.split(":", 1)
            self.add("identity_map", record_id=record, feed=feed, source_id=source_id, customer_id=customer_id)
            if has_card and not is_anonymous:
                self.bears(record, "loyalty_card", f"card{customer_id}")

    def bears(self, record: str, identifier_type: str, value: str, *, is_landline: bool = False) -> None:
        """Give a record an identifier, in its standard form."""
        self.add(
            "usable_identifiers",
            record_id=record,
            identifier_type=identifier_type,
            identifier_value=value,
            is_landline=is_landline,
        )
