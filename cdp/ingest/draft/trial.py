"""Try a feed on a few files without a run: what is accepted, what is refused and why, what becomes of the rows."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from cdp.contracts import TableContract
from cdp.engines import Engine
from cdp.ingest.checks import quoted
from cdp.ingest.discover import Delivery, content_hash, stamp_of
from cdp.ingest.draft.content import lost_content
from cdp.ingest.feed_view import open_feed
from cdp.ingest.landing import Landing
from cdp.ingest.ledger import FileLedger, QuarantinedRow
from cdp.ingest.mapping import FeedPlan, conformed, empty_table
from cdp.ingest.stage import History, land_inbox
from cdp.ingest.versions import SUPERSEDED_COLUMNS

_SELDOM = frozenset({"returns", "consents"})
"""Tables that a sound export may leave empty for a day."""


@dataclass(frozen=True)
class TableSample:
    """Rows of one table: how many there are, and the first of them."""

    name: str
    count: int
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


@dataclass(frozen=True)
class Trial:
    """What became of the files. ``warnings`` want a look before the feed is trusted; ``notes`` name empty columns."""

    ledgers: tuple[FileLedger, ...]
    refused: tuple[QuarantinedRow, ...]
    accepted: TableSample
    tables: tuple[TableSample, ...]
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def try_feed(
    engine: Engine, plan: FeedPlan, canonical: Mapping[str, TableContract], paths: Sequence[Path], *,
    as_of: datetime, shown: int = 5,
) -> Trial:  # fmt: skip
    """Land and map files with an engine of one's own. Raises ``ContractError`` and ``StepError`` as a run would."""
    feed = plan.feed
    engine.execute(f"create or replace temp table superseded_rows ({SUPERSEDED_COLUMNS})")
    with tempfile.TemporaryDirectory(prefix="cdp-trial-") as folder:
        root = Path(folder)
        (root / "work").mkdir()
        landing = Landing(engine, as_of, "trial", root / "work", root / "landed")
        deliveries = [
            Delivery(path, path.name, feed.feed, content_hash(path), path.stat().st_size, stamp=stamp_of(path))
            for path in paths
        ]
        told: list[str] = []
        result = land_inbox(
            landing, deliveries, {feed.feed: feed}, {plan.contract.name: plan.contract}, History(),
            lambda ledger, warnings: told.extend(f"{ledger.file}: {warning}" for warning in warnings),
        )  # fmt: skip
        for table in canonical.values():
            engine.create_table(table.name, empty_table(table))
        open_feed(engine, plan.contract, result.landed.get(feed.feed, ()), feed.feed)
        columns = ", ".join(quoted(item.name) for item in plan.contract.properties)
        accepted = _sample(
            engine, feed.feed, f"select {columns} from {quoted(feed.feed)} order by _file_id, _row", shown
        )
        tables = []
        for item in plan.mappings:
            made = f"trial_{item.table}"
            engine.create_table("mapped", item.sql)
            engine.create_table(made, conformed(engine, "mapped", canonical[item.table], str(item.path)))
            tables.append(_sample(engine, item.table, f"select * from {made}", shown))
        trial = Trial(result.ledgers, result.quarantined, accepted, tuple(tables))
        names = {item.table: f"trial_{item.table}" for item in plan.mappings}
        landed = result.landed.get(feed.feed, ())
        lost = lost_content(engine, feed.feed, plan.contract, landed, result.ledgers, names)
        warnings = (*told, *_worth_a_look(engine, canonical, names, trial), *lost)
        return replace(trial, warnings=warnings, notes=tuple(_unfilled(engine, canonical, names, trial)))


def _sample(engine: Engine, name: str, sql: str, shown: int) -> TableSample:
    frame = engine.rows(f"select count(*) from ({sql})")
    engine.create_table("trial_shown", f"{sql} limit {shown}" if "limit" not in sql else sql)
    columns = tuple(engine.columns("trial_shown"))
    return TableSample(name, frame[0][0], columns, tuple(engine.rows("select * from trial_shown")))


def _worth_a_look(
    engine: Engine, canonical: Mapping[str, TableContract], names: Mapping[str, str], trial: Trial
) -> list[str]:
    found = [f"{ledger.file}: {ledger.message}" for ledger in trial.ledgers if ledger.status.value == "refused"]
    read = sum(ledger.rows_read for ledger in trial.ledgers)
    if read and len(trial.refused) * 20 > read:
        found.append(f"{len(trial.refused)} of {read} rows are refused; the reasons stand above")
    for table in trial.tables:
        if not table.count:
            found += [f"{table.name} stays empty"] if table.name not in _SELDOM else []
            continue
        found += _of_columns(engine, canonical[table.name], names[table.name])
    if "identity_records" in names and "record_identifiers" in names:
        found += _without_identifiers(engine, names)
    return [*found, *_orphans(engine, canonical, names)]


def _of_columns(engine: Engine, contract: TableContract, made: str) -> list[str]:
    """Keys that stand twice, required values that are missing, columns that say one thing, times at midnight."""
    name, found = contract.name, []
    key = ", ".join(map(quoted, contract.key))
    twice = engine.scalar(f"select count(*) - count(distinct ({key})) from {made}") if key else 0
    if twice:
        found.append(
            f"{name}: {twice} rows have a key that another row has ({', '.join(contract.key)}); a run stops at that"
        )
    filled = _filled(engine, contract, made)
    for item, count in zip(contract.properties, filled, strict=False):
        if item.required and count < filled[-1]:
            found.append(f"{name}: {item.name} is required, and {filled[-1] - count} of {filled[-1]} rows have none")
        is_fact = name not in {"identity_records", "record_identifiers", "consents"}
        if item.type == "TIMESTAMP" and count > 1 and is_fact:
            clocks = engine.scalar(f"select count(*) from {made} where {item.name} <> date_trunc('day', {item.name})")
            if clocks == 0:
                found.append(f"{name}: {item.name} is always at midnight; is the time of day in another column?")
    return found


def _filled(engine: Engine, contract: TableContract, made: str) -> tuple[int, ...]:
    """How many rows have a value, by column, and how many rows there are."""
    counts = ", ".join(f"count({quoted(item.name)})" for item in contract.properties)
    return engine.rows(f"select {counts}, count(*) from {made}")[0]


def _unfilled(
    engine: Engine, canonical: Mapping[str, TableContract], names: Mapping[str, str], trial: Trial
) -> Iterator[str]:
    """Columns that no row fills, by table."""
    for table in trial.tables:
        if not table.count and table.name in _SELDOM:
            yield f"{table.name} stays empty: no row of these says anything of it"
        if table.count:
            contract = canonical[table.name]
            filled = _filled(engine, contract, names[table.name])
            empty = [item.name for item, count in zip(contract.properties, filled, strict=False) if not count]
            if empty:
                yield f"{table.name}: nothing fills {', '.join(empty)}"


def _without_identifiers(engine: Engine, names: Mapping[str, str]) -> list[str]:
    bare = engine.scalar(
        f"select count(*) from {names['identity_records']} anti join {names['record_identifiers']} using (record_id)"
    )
    total = engine.scalar(f"select count(*) from {names['identity_records']}")
    if not bare:
        return []
    return [f"{bare} of {total} identity records have no identifier: only name and address can match them"]


def _orphans(engine: Engine, canonical: Mapping[str, TableContract], names: Mapping[str, str]) -> list[str]:
    """Facts whose record is none: they would belong to nobody."""
    found = []
    for table, made in names.items():
        has_record = any(item.name == "record_id" for item in canonical[table].properties)
        if table != "identity_records" and has_record and "identity_records" in names:
            lost = engine.scalar(
                f"select count(*) from {made} anti join {names['identity_records']} using (record_id) "
                "where record_id is not null"
            )
            if lost:
                found.append(f"{table}: {lost} rows point to a record that identity_records does not have")
    return found
