"""Hold what a feed made of its files against what stands in them: rows, buyers and money that went missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from cdp.contracts import Contract
from cdp.engines import Engine
from cdp.ingest.checks import key_sql, quoted
from cdp.ingest.ledger import FileLedger

_WHO = ("email", "customer_key", "loyalty_card")
_CENT = "0.02"


def lost_content(
    engine: Engine, feed: str, contract: Contract, files: Sequence[Path], ledgers: Sequence[FileLedger],
    made: Mapping[str, str],
) -> list[str]:  # fmt: skip
    """What to warn of, in words. ``files`` are landed rows, ``made`` the names of the mapped tables."""
    found = list(_replaced(contract, ledgers))
    if files and ("orders" in made or contract.rows_per_key == "many"):
        engine.read_parquet("trial_landed", files)
        found += _shared_keys(engine, contract)
        engine.drop("trial_landed")
    if "orders" in made:
        found += _without_order(engine, feed, contract, made)
    if {"orders", "order_lines"} <= set(made):
        found += _sums(engine, made)
    return found


def _replaced(contract: Contract, ledgers: Sequence[FileLedger]) -> Iterator[str]:
    """Rows that other rows of their file took the place of."""
    key = ", ".join(contract.key)
    for ledger in ledgers:
        if ledger.rows_superseded:
            yield (
                f"{ledger.file}: {ledger.rows_superseded} of {ledger.rows_read} rows count no more, because a later "
                f"row has the same key ({key}): does one key stand for one thing?"
            )
        if ledger.rows_duplicate and contract.rows_per_key == "many":
            yield (
                f"{ledger.file}: {ledger.rows_duplicate} of {ledger.rows_read} rows are equal to another row of their "
                f"key ({key}) and count once; where equal rows are lines of their own, write equalRows: each"
            )


def _shared_keys(engine: Engine, contract: Contract) -> Iterator[str]:
    """Keys whose rows speak of different buyers."""
    landed = set(engine.columns("trial_landed"))
    for kind in _WHO:
        columns = [item for item in contract.properties if item.semantic_type == kind and item.name in landed]
        for column in columns[:1]:
            value = f"lower(cast({quoted(column.name)} as varchar))"
            keys, rows, buyers = engine.rows(
                f"select count(*), coalesce(sum(many), 0), coalesce(sum(buyers), 0) from (select count(*) as many, "
                f"count(distinct {value}) as buyers from trial_landed group by {key_sql(contract)}) where buyers > 1"
            )[0]
            if keys:
                yield (
                    f"{rows} rows with {buyers} different values of {column.physical_name or column.name} share {keys} "
                    f"keys ({', '.join(contract.key)}): are they one order each? Add to the key what tells them apart"
                )


def _without_order(engine: Engine, feed: str, contract: Contract, made: Mapping[str, str]) -> Iterator[str]:
    """Keys of the rows that became neither an order nor a return."""
    if any(contract.find(name).logical_type == "timestamp" for name in contract.key):
        return
    keys = engine.scalar(f"select count(distinct {key_sql(contract)}) from {quoted(feed)}")
    told = " union ".join(f"select record_id from {made[table]}" for table in ("orders", "returns") if table in made)
    known = engine.scalar(f"select count(*) from ({told})")
    if known < keys:
        names = ", ".join(contract.key)
        yield f"{keys - known} of {keys} orders in the rows ({names}) are neither in orders nor in returns"


def _sums(engine: Engine, made: Mapping[str, str]) -> Iterator[str]:
    """Orders whose lines do not come to what the order does, apart from the order's own discount or tax."""
    rows = engine.rows(
        f"""
        with lines as (select order_id, sum(amount) as amount from {made["order_lines"]} group by order_id),
        compared as (
            select
                currency, gross_revenue as gross, coalesce(lines.amount, 0) as lines,
                coalesce(discount_amount, 0) as discount, coalesce(tax_amount, 0) as tax,
            from {made["orders"]} left join lines using (order_id)
        )
        select
            coalesce(currency, '') as currency, count(*), sum(gross), sum(lines),
            count(*) filter (where least(
                abs(gross - lines), abs(gross + discount - lines), abs(gross - tax - lines),
                abs(gross + discount - tax - lines)
            ) > {_CENT})
        from compared group by all order by all
        """
    )
    for currency, orders, gross, lines, apart in rows:
        if apart * 20 > orders:
            yield (
                f"of {orders} orders {apart} are worth more or less than their lines: {gross:,.2f} {currency} by "
                f"orders, {lines:,.2f} by order_lines; look at orders.sql and order_lines.sql"
            )
