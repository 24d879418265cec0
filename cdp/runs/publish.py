"""Write, audit, publish: one DuckDB file per run, complete before any reader can see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from cdp.engines import Engine
from cdp.errors import PublishError
from cdp.ingest.checks import text
from cdp.runs.audit import audit
from cdp.runs.context import LOG, Run
from cdp.workspace import Workspace

STORAGE_VERSION = "v1.4.0"


@dataclass(frozen=True)
class Published:
    """How one table is published: its columns beside those of its contract, and its order."""

    table: str
    order: str
    joins_customer: bool = False


TABLES: tuple[Published, ...] = (
    Published("customers", "customer_id"),
    Published("profiles", "customer_id"),
    Published("profile_attributes", "customer_id, attribute"),
    Published("identifiers", "identifier_value, identifier_type, customer_id"),
    Published("identity_records", "customer_id, record_id", joins_customer=True),
    Published("identity_map", "record_id"),
    Published("identity_edges", "record_id_l, record_id_r"),
    Published("id_crosswalk", "run_id, customer_id"),
    Published("blocked_identifiers", "identifier_type, identifier_value"),
    Published("touchpoints", "customer_id, occurred_at, touchpoint_id", joins_customer=True),
    Published("orders", "customer_id, ordered_at, order_id", joins_customer=True),
    Published("order_lines", "customer_id, order_id, line_number", joins_customer=True),
    Published("returns", "customer_id, returned_at, return_id", joins_customer=True),
    Published("fulfilments", "customer_id, created_at, fulfilment_id", joins_customer=True),
    Published("tickets", "customer_id, opened_at, ticket_id", joins_customer=True),
    Published("survey_responses", "customer_id, responded_at, response_id", joins_customer=True),
    Published("consents", "customer_id, stated_at, consent_statement_id", joins_customer=True),
    Published("loyalty_ledger", "loyalty_card, booked_at, entry_id", joins_customer=True),
    Published("message_events", "recipient_value, occurred_at, event_id"),
    Published("campaigns", "campaign_id, send_id, feed"),
    Published("campaign_costs", "campaign_id, feed"),
    Published("products", "sku"),
    Published("prices", "sku, channel, valid_from, price_id"),
    Published("inventory", "store_id, sku, stock_date"),
    Published("exchange_rates", "currency, rate_date"),
    Published("stores", "store_id"),
    Published("privacy_requests", "request_id"),
    Published("segments", "segment"),
    Published("segment_memberships", "segment, customer_id, valid_from"),
    Published("source_files", "run_id, file"),
    Published("quarantine_rows", "run_id, file, line"),
)


def customer_words(item: Published) -> str:
    """What ``customer_id`` means in a table into which it is joined."""
    if item.table == "returns":
        owner = "The customer it is credited to: the buyer where known, else whoever brought it back"
    else:
        owner = "The customer to whom the record belongs"
    return f"{owner}; anonymous ones too (customers.is_anonymous tells). Null when it belongs to nobody."


def _select(item: Published) -> str:
    if item.table == "returns":
        return (
            "select credited.customer_id, fact.* from returns as fact "
            "left join customer_returns as credited on fact.return_id = credited.return_id"
        )
    if item.joins_customer:
        return (
            f"select owner.customer_id, fact.* from {item.table} as fact "
            "left join identity_map as owner on fact.record_id = owner.record_id"
        )
    return f"select * from {item.table}"


def _describe(engine: Engine, workspace: Workspace, table: str) -> None:
    contract = workspace.tables.get(table)
    if contract is None:
        return
    have = engine.columns_of("pub", table)
    joined = next((item for item in TABLES if item.table == table and item.joins_customer), None)
    if joined is not None:
        engine.execute(f'comment on column pub.{table}."customer_id" is {text(customer_words(joined))}')
    said = " ".join(f"{contract.description} Grain: {contract.grain}".split())
    engine.execute(f"comment on table pub.{table} is {text(said)}")
    for item in contract.properties:
        if item.name in have:
            words = " ".join(f"{item.description} {f'({item.unit})' if item.unit else ''}".split()).replace("'", "''")
            engine.execute(f"comment on column pub.{table}.\"{item.name}\" is '{words}'")


def _runs_table(run: Run) -> str:
    """One row per kept run, this one included; what a manager reads, nothing that the clock decides."""
    rows: list[tuple[str, date, datetime, Mapping[str, Any]]] = [(run.run_id, run.date, run.as_of, run.counts)]
    kept = {item.run_id: item for item in run.store.history()}
    earlier = run.parent
    while earlier is not None:
        rows.append((earlier.run_id, earlier.date, earlier.as_of, earlier.counts))
        earlier = kept.get(earlier.parent or "")
    names = (
        "files",
        "rows_read",
        "rows_accepted",
        "rows_quarantined",
        "rows_duplicate",
        "rows_superseded",
        "customers",
    )
    values = ", ".join(
        f"('{run_id}', date '{day}', timestamp '{as_of}', "
        + ", ".join(f"{int(counts.get(name) or 0)}::bigint" for name in names)
        + ")"
        for run_id, day, as_of, counts in rows
    )
    columns = (
        "run_id, business_date, as_of, count_files, rows_read, rows_accepted, rows_quarantined, rows_duplicate, "
        "rows_superseded, count_customers"
    )
    return f"select * from (values {values}) as listed({columns})"


def build(run: Run, path: Path) -> None:
    """Write the published file of a run, audited. Raises ``PublishError`` and leaves nothing behind."""
    path.parent.mkdir(parents=True, exist_ok=True)
    for leftover in (path, path.with_name(path.name + ".wal")):
        leftover.unlink(missing_ok=True)
    engine = run.engine
    run.use(*(item.table for item in TABLES), "customer_returns")
    engine.execute(f"attach {text(str(path))} as pub (storage_version '{STORAGE_VERSION}')")
    try:
        for item in TABLES:
            engine.execute(f"create table pub.{item.table} as {_select(item)} order by {item.order}")
            _describe(engine, run.workspace, item.table)
        engine.execute(f"create table pub.runs as {_runs_table(run)}")
        _describe(engine, run.workspace, "runs")
        engine.execute("create unique index profiles_customer_id on pub.profiles (customer_id)")
        published = {item.table for item in TABLES} | {"runs"}
        contracts = {name: table for name, table in run.workspace.tables.items() if name in published}
        faults = audit(engine, contracts, "pub")
        engine.execute("checkpoint pub")
    finally:
        engine.execute("detach pub")
    if faults:
        path.unlink()
        listed = "\n".join(f"  {fault}" for fault in faults)
        raise PublishError(
            f"the audit refused the new version:\n{listed}", "the last version stays published; see the run's log"
        )


def publish(run: Run) -> None:
    """Build the run's published file under a name that readers do not know yet."""
    path = run.store.serve / f"cdp_{run.run_id}.duckdb"
    partial = path.with_name(f".{path.name}.partial")
    build(run, partial)
    partial.replace(path)
    LOG.info("built %s", path.name)
