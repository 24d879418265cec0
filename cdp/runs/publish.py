"""Write, audit, publish: one DuckDB file per run, complete before any reader can see it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from cdp.contracts.published import PUBLISHED_NAMES, TABLES, PublishedTable
from cdp.engines import Engine
from cdp.errors import PublishError
from cdp.ingest.checks import text
from cdp.runs.audit import audit
from cdp.runs.context import LOG, Run
from cdp.workspace import Workspace

STORAGE_VERSION = "v1.4.0"
ROW_GROUP_SIZE = 16384
"""Rows stored together. Tables are sorted by customer, so one customer is found by reading a few groups; DuckDB's own
122,880 cost twice the time of ``customer show`` and save a quarter of the file (``benchmarks/show.py``)."""


def _describe(engine: Engine, workspace: Workspace, item: PublishedTable) -> None:
    table = item.table
    contract = workspace.tables.get(table)
    if contract is None:
        return
    have = engine.columns_of("pub", table)
    for column in item.joined:
        engine.execute(f'comment on column pub.{table}."{column.name}" is {text(column.words)}')
    said = " ".join(f"{contract.description} Grain: {contract.grain}".split())
    engine.execute(f"comment on table pub.{table} is {text(said)}")
    for described in contract.properties:
        if described.name in have:
            words = " ".join(f"{described.description} {f'({described.unit})' if described.unit else ''}".split())
            engine.execute(f'comment on column pub.{table}."{described.name}" is {text(words)}')


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


def _build_elsewhere(run: Run, path: Path) -> None:
    """Build in the system's temporary folder: DuckDB writes no database below a folder with a ? in its name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="cdp-publish-") as folder:
        built = Path(folder) / path.name
        build(run, built)
        shutil.move(built, path)


def build(run: Run, path: Path) -> None:
    """Write the published file of a run, audited. Raises ``PublishError`` and leaves nothing behind."""
    path.parent.mkdir(parents=True, exist_ok=True)
    for leftover in (path, path.with_name(path.name + ".wal")):
        leftover.unlink(missing_ok=True)
    engine = run.engine
    run.use(*(item.table for item in TABLES))
    engine.execute(
        f"attach {text(str(path))} as pub (storage_version '{STORAGE_VERSION}', row_group_size {ROW_GROUP_SIZE})"
    )
    try:
        for item in TABLES:
            if item.is_published:
                engine.execute(f"create table pub.{item.table} as {item.select()} order by {item.order}")
                _describe(engine, run.workspace, item)
        engine.execute(f"create table pub.runs as {_runs_table(run)}")
        _describe(engine, run.workspace, PublishedTable("runs", "run_id", "run"))
        engine.execute("create unique index profiles_customer_id on pub.profiles (customer_id)")
        engine.execute("create index identifiers_value on pub.identifiers (identifier_value)")
        contracts = {name: table for name, table in run.workspace.tables.items() if name in PUBLISHED_NAMES}
        faults = audit(engine, contracts, "pub", run.as_of)
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
    (_build_elsewhere if "?" in str(partial) else build)(run, partial)
    partial.replace(path)
    LOG.info("built %s", path.name)
