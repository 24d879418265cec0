"""Bind every piece of a workspace's SQL against empty tables: what a run would stumble over, told beforehand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path

from cdp.contracts import Contract, TableContract
from cdp.engines import Engine, open_engine
from cdp.errors import CdpError, EngineError
from cdp.ingest.checks import contract_sql, key_sql, quoted, version_sql
from cdp.ingest.mapping import FeedPlan, conformed, empty_table, open_feed
from cdp.ingest.versions import SUPERSEDED_COLUMNS
from cdp.segments import SegmentDefinition, build_segments

AS_OF = datetime(2000, 1, 1)  # noqa: DTZ001  instants are naive UTC
Complaint = tuple[Path, str]


def compile_faults(
    contracts: Mapping[Path, Contract],
    tables: Mapping[Path, TableContract],
    plans: Iterable[FeedPlan],
    segments: Mapping[Path, SegmentDefinition],
) -> list[Complaint]:
    """What is wrong with contracts, tables, mappings and segments as SQL: file and message each."""
    engine = open_engine("duckdb", threads=1)
    try:
        engine.execute(f"create temp table superseded_rows ({SUPERSEDED_COLUMNS})")
        found = [*_of_contracts(engine, contracts), *_of_tables(engine, tables)]
        if not found:
            by_name = {table.name: table for table in tables.values()}
            found += [*_of_mappings(engine, plans, by_name), *_of_segments(engine, segments)]
        return found
    finally:
        engine.close()


def _first_line(error: CdpError) -> str:
    return error.message.splitlines()[0]


def _of_contracts(engine: Engine, contracts: Mapping[Path, Contract]) -> Iterator[Complaint]:
    for path, contract in contracts.items():
        columns = ", ".join(f"'x' as {quoted(item.name)}" for item in contract.properties)
        engine.create_table("staged", f"select 0::bigint as _row, {columns}")
        try:
            engine.create_table("judged", contract_sql(contract), {"as_of": AS_OF})
            engine.rows(f"select {key_sql(contract)}, {version_sql(contract)} from judged")
        except EngineError as error:
            yield path, _first_line(error)


def _of_tables(engine: Engine, tables: Mapping[Path, TableContract]) -> Iterator[Complaint]:
    for path, table in tables.items():
        for item in table.properties:
            try:
                engine.rows(f"select null::{item.type}")
            except EngineError as error:
                yield path, f"{item.name}: {item.type!r} is not a DuckDB type: {_first_line(error)}"
        try:
            engine.create_table(table.name, empty_table(table))
        except EngineError:
            continue


def _of_mappings(engine: Engine, plans: Iterable[FeedPlan], tables: Mapping[str, TableContract]) -> Iterator[Complaint]:
    for plan in plans:
        name = plan.feed.feed
        open_feed(engine, plan.contract, (), name)
        for item in plan.mappings:
            table = tables[item.table]
            try:
                engine.create_table("mapped", item.sql)
                engine.rows(conformed(engine, "mapped", table, item.path.name))
            except CdpError as error:
                yield item.path, _first_line(error)
                continue
            have = engine.columns("mapped")
            needed = [*table.key, *(column.name for column in table.properties if column.required)]
            for column in dict.fromkeys(needed):
                if column not in have:
                    yield item.path, f"column {column} is missing; {table.name} needs it in every row"
        engine.drop(name)
        if name in tables:
            engine.create_table(name, empty_table(tables[name]))


def _of_segments(engine: Engine, segments: Mapping[Path, SegmentDefinition]) -> Iterator[Complaint]:
    if not engine.has_table("customer_returns"):
        engine.create_table(
            "customer_returns",
            "select r.*, null::varchar as customer_id, null::varchar as sale_channel, null::timestamp as ordered_at, "
            "true as is_counted from returns as r",
        )
    for path, definition in segments.items():
        try:
            build_segments(engine, [definition], as_of=AS_OF, previous=False)
        except CdpError as error:
            yield path, _first_line(error)
