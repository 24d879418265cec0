"""What must hold in a new version before anybody may read it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from cdp.contracts import TableContract
from cdp.contracts.published import FACTS
from cdp.engines import Engine

# Each select gives one row (count of offending rows); zero is right.
_RULES: tuple[tuple[str, str], ...] = (
    (
        "every identity record belongs to exactly one customer",
        "select count(*) from {s}.identity_records as r anti join {s}.identity_map as m using (record_id)",
    ),
    (
        "every customer in identity_map stands in customers",
        "select count(*) from {s}.identity_map as m anti join {s}.customers as c using (customer_id)",
    ),
    (
        "every profile belongs to a customer who is not anonymous",
        "select count(*) from {s}.profiles anti join (from {s}.customers where not is_anonymous) using (customer_id)",
    ),
    (
        "every customer who is not anonymous has a profile",
        "select count(*) from (from {s}.customers where not is_anonymous) anti join {s}.profiles using (customer_id)",
    ),
    (
        "every fact belongs to an identity record",
        (
            "select count(*) from "
            "(select customer_id from {s}.orders union all select customer_id from {s}.touchpoints) "
            "where customer_id is null"
        ),
    ),
    (
        "every member of a segment is a customer",
        (
            "select count(*) from (from {s}.segment_memberships where valid_to is null) as m "
            "anti join {s}.customers as c using (customer_id)"
        ),
    ),
    (
        "the revenue of customers and of nobody is that of the orders, to the cent",
        (
            "select coalesce((select sum(gross_revenue + gross_revenue_probable) from {s}.profiles), 0) "
            "+ coalesce((select sum(revenue) from {s}.orders where counted_as = 'anonymous'), 0) "
            "<> coalesce((select sum(revenue) from {s}.orders "
            "where not is_cancelled and ordered_at < $as_of), 0)"
        ),
    ),
    (
        "the returns of customers and of nobody are those of the feeds, to the cent",
        (
            "select coalesce((select sum(returned_value + returned_value_probable) from {s}.profiles), 0) "
            "+ coalesce((select sum(value) from {s}.returns where counted_as = 'anonymous'), 0) "
            "<> coalesce((select sum(value) from {s}.returns where counted_as is not null), 0)"
        ),
    ),
    (
        "the points on cards are those of the ledger, and debit equals credit",
        (
            "select (select coalesce(sum(balance), 0) from {s}.loyalty_accounts) <> "
            "(select coalesce(sum(points), 0) from {s}.loyalty_ledger "
            "where booked_at < $as_of) "
            "or (select coalesce(sum(points), 0) from {s}.loyalty_postings) <> 0"
        ),
    ),
    (
        "every file's rows add up",
        (
            "select count(*) from {s}.source_files where rows_read <> "
            "rows_accepted + rows_quarantined + rows_duplicate + rows_superseded"
        ),
    ),
    (
        "every file's quarantined rows stand in quarantine_rows",
        (
            "select count(*) from (select file, run_id, sum(rows_quarantined) as n from {s}.source_files group by all) "
            "as f full join (select file, run_id, count(*) as n from {s}.quarantine_rows group by all) as q "
            "using (file, run_id) where coalesce(f.n, 0) <> coalesce(q.n, 0)"
        ),
    ),
)


def audit(engine: Engine, tables: Mapping[str, TableContract], schema: str, as_of: datetime) -> list[str]:
    """Everything that is wrong with the published tables, in words; empty when all is well.

    ``as_of`` is the run's own: that of an earlier run may be later, when the time zone was changed since.
    """
    return [*_contract_faults(engine, tables, schema), *_rule_faults(engine, schema, as_of)]


def _rule_faults(engine: Engine, schema: str, as_of: datetime) -> Iterator[str]:
    for words, sql in _RULES:
        params = {"as_of": as_of} if "$as_of" in sql else None
        wrong = int(engine.scalar(sql.format(s=schema), params))
        if wrong:
            yield f"{words}: {wrong} rows break this"


def _contract_faults(engine: Engine, tables: Mapping[str, TableContract], schema: str) -> Iterator[str]:
    for name, contract in sorted(tables.items()):
        have = engine.columns_of(schema, name)
        if not have:
            yield f"{name}: the table is missing"
            continue
        extra = {column.name for item in FACTS if item.table == name for column in item.joined}
        wanted = {item.name for item in contract.properties}
        if missing := sorted(wanted - have.keys()):
            yield f"{name}: columns of the contract are missing: {', '.join(missing)}"
            continue
        if unknown := sorted(have.keys() - wanted - extra):
            yield f"{name}: columns that no contract describes: {', '.join(unknown)}"
        if contract.key:
            yield from _doubled_keys(engine, f"{schema}.{name}", name, contract.key, "feed" in have)
        for item in contract.properties:
            if item.required:
                empty = engine.scalar(f'select count(*) from {schema}.{name} where "{item.name}" is null')
                if empty:
                    yield f"{name}.{item.name}: {empty} rows have no value"


def _doubled_keys(engine: Engine, place: str, name: str, key: Sequence[str], has_feed: bool) -> Iterator[str]:
    """Keys that several rows have, with the feeds they come from and, where it is a number, one of them."""
    columns = ", ".join(f'"{column}"' for column in key)
    feeds = "list_sort(list_distinct(list(feed)))" if has_feed else "[]::varchar[]"
    doubled = engine.rows(
        f'select feeds, count(*), min(one) from (select {feeds} as feeds, min("{key[0]}"::varchar) as one '
        f"from {place} group by {columns} having count(*) > 1) group by feeds order by feeds"
    )
    for feeds_of, count, one in doubled:
        shown = f", {one} for one" if name in {"orders", "order_lines", "returns"} else ""
        told = f"{name}: {count} keys ({columns}) stand more than once{shown}"
        if len(feeds_of) > 1:
            told += (
                f", in rows of {' and '.join(feeds_of)}: if both tell of the same, take {name} out of tables: of one "
                "feed.yaml; where their numbers only look alike, write the source before them in one's SQL files"
            )
        elif feeds_of:
            told += f", in rows of {feeds_of[0]}: what else tells them apart belongs to its key"
        yield told
