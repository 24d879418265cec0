"""Bind every piece of a workspace's SQL against empty tables: what a run would stumble over, told beforehand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path

from cdp.contracts import Contract, TableContract
from cdp.contracts.published import FACTS, TABLES, owner_columns
from cdp.engines import Engine, open_engine
from cdp.errors import CdpError, EngineError
from cdp.ingest.checks import contract_sql, key_sql, quoted, version_sql
from cdp.ingest.mapping import FeedPlan, conformed, empty_table, open_feed
from cdp.ingest.versions import SUPERSEDED_COLUMNS
from cdp.measures import Moment
from cdp.measures.attributes import add_attributes, in_levels, segment_kinds, unlike_type, without_value
from cdp.measures.definitions import Attribute, KpiGroup
from cdp.measures.kpis import build_kpis
from cdp.segments import SQL_TABLES, SegmentDefinition, build_segments

AS_OF = datetime(2000, 1, 1)  # noqa: DTZ001  instants are naive UTC
MOMENT = Moment(AS_OF, AS_OF.date())
Complaint = tuple[Path, int, str]
SEGMENT_READS = tuple(item.table for item in TABLES if item.table in SQL_TABLES)
_SQL_LINE = re.compile(r"^LINE (\d+):", re.MULTILINE)
_NAMED = re.compile(r"[\"'`]([^\"'`]+)[\"'`]")


def compile_faults(
    contracts: Mapping[Path, Contract],
    tables: Mapping[Path, TableContract],
    plans: Iterable[FeedPlan],
    measures: Mapping[Path, Attribute | KpiGroup],
    segments: Mapping[Path, SegmentDefinition],
) -> list[Complaint]:
    """What is wrong with contracts, tables, mappings, measures and segments as SQL: file, line and message each.

    A mapping or segment that reads a table whose contract is faulty is left for the next check.
    """
    engine = open_engine("duckdb", threads=1)
    try:
        engine.execute(f"create temp table superseded_rows ({SUPERSEDED_COLUMNS})")
        found = [*_of_contracts(engine, contracts), *_of_tables(engine, tables)]
        sound = {table.name: _mended(table, path, found) for path, table in tables.items()}
        for table in sound.values():
            engine.create_table(table.name, empty_table(table))
        found += _of_views(engine, contracts)
        found += _of_mappings(engine, plans, sound)
        if all(engine.has_table(name) for name in SEGMENT_READS):
            _open_owners(engine)
            found += _of_measures(engine, measures)
            found += _of_segments(engine, measures, segments)
        return found
    finally:
        engine.close()


def _complaint(path: Path, error: CdpError, told: str = "") -> Complaint:
    """The error at the line that DuckDB names in a SQL file, else at the first that holds what it complains of."""
    message = error.message.splitlines()[0]
    in_sql = _SQL_LINE.search(error.message)
    if path.suffix == ".sql" and in_sql:
        return path, int(in_sql[1]), message
    return path, _line_with(path, _NAMED.findall(told or message)), told or message


def _line_with(path: Path, words: Iterable[str]) -> int:
    lines = path.read_text(encoding="utf-8").splitlines()
    for word in words:
        for number, line in enumerate(lines, 1):
            if re.search(rf"(?<!\w){re.escape(word)}(?!\w)", line):
                return number
    return 1


def _of_contracts(engine: Engine, contracts: Mapping[Path, Contract]) -> Iterator[Complaint]:
    for path, contract in contracts.items():
        columns = ", ".join(f"'x' as {quoted(item.name)}" for item in contract.properties)
        engine.create_table("staged", f"select 0::bigint as _row, {columns}")
        try:
            engine.create_table("judged", contract_sql(contract), {"as_of": AS_OF})
            engine.rows(f"select {key_sql(contract)}, {version_sql(contract)} from judged")
        except EngineError as error:
            yield _complaint(path, error)


def _of_views(engine: Engine, contracts: Mapping[Path, Contract]) -> Iterator[Complaint]:
    """What mappings would see of a feed: derived columns and conditions of deletion, over no rows."""
    for path, contract in contracts.items():
        if contract.local_zone and contract.local_zone.table and not engine.has_table(contract.local_zone.table):
            continue
        try:
            open_feed(engine, contract, (), "view_of_contract")
        except EngineError as error:
            yield _complaint(path, error)
        engine.drop("view_of_contract")


def _of_tables(engine: Engine, tables: Mapping[Path, TableContract]) -> Iterator[Complaint]:
    for path, table in tables.items():
        for item in table.properties:
            try:
                engine.rows(f"select null::{item.type}")
            except EngineError as error:
                yield _complaint(path, error, f"{item.type!r}, the type of {item.name}, is not a DuckDB type")


def _mended(table: TableContract, path: Path, complaints: Iterable[Complaint]) -> TableContract:
    """The table with text where its types are unknown, so that what reads it can be checked all the same."""
    told = "".join(message for place, _, message in complaints if place == path)
    columns = (
        item.model_copy(update={"type": "VARCHAR"}) if f"the type of {item.name}," in told else item
        for item in table.properties
    )
    return table.model_copy(update={"properties": tuple(columns)})


def _of_mappings(engine: Engine, plans: Iterable[FeedPlan], tables: Mapping[str, TableContract]) -> Iterator[Complaint]:
    for plan in plans:
        name = plan.feed.feed
        try:
            open_feed(engine, plan.contract, (), name)
        except EngineError:  # its contract is faulty, and that is told
            continue
        for item in plan.mappings:
            table = tables.get(item.table)
            if table is None or not all(engine.has_table(read) for read in item.reads):
                continue
            try:
                engine.create_table("mapped", item.sql)
                engine.rows(conformed(engine, "mapped", table, item.path.name))
            except CdpError as error:
                yield _complaint(item.path, error)
                continue
            have = engine.columns("mapped")
            needed = [*table.key, *(column.name for column in table.properties if column.required)]
            for column in dict.fromkeys(needed):
                if column not in have:
                    yield item.path, 1, f"column {column} is missing; {table.name} needs it in every row"
        engine.drop(name)
        if name in tables:
            engine.create_table(name, empty_table(tables[name]))


def _open_owners(engine: Engine) -> None:
    for owner in {item.owner for item in FACTS}:
        if not engine.has_table(owner):
            columns = ", ".join(f"null::{kind} as {quoted(name)}" for name, kind in owner_columns(owner).items())
            engine.create_table(owner, f"select {columns} where false")
    for appended in {item.appended for item in FACTS if item.appended}:
        engine.create_table(appended, "select null::varchar as customer_id where false")


def _of_measures(engine: Engine, measures: Mapping[Path, Attribute | KpiGroup]) -> Iterator[Complaint]:
    attributes = {item.name: path for path, item in measures.items() if isinstance(item, Attribute)}
    for level in _levels(measures):
        for attribute in level:
            path = attributes[attribute.name]
            try:
                unlike = unlike_type(engine, attribute, MOMENT)
                add_attributes(engine, [attribute], MOMENT)
            except CdpError as error:
                yield _complaint(path, error)
                add_attributes(engine, [without_value(attribute)], MOMENT)
                continue
            if unlike:
                yield path, _line_with(path, ["type"]), unlike
    groups = [(path, item) for path, item in measures.items() if isinstance(item, KpiGroup)]
    for path, item in groups:
        for kpi in item.kpis:
            alone = KpiGroup(kind="kpis", group=item.group, title=item.title, kpis=[kpi])
            try:
                build_kpis(engine, [alone], MOMENT, previous=False)
            except CdpError as error:
                line = _line_with(path, [kpi.name])
                yield path, line, error.message


def _levels(measures: Mapping[Path, Attribute | KpiGroup]) -> list[list[Attribute]]:
    try:
        return in_levels([item for item in measures.values() if isinstance(item, Attribute)])
    except CdpError:
        return []


def _of_segments(
    engine: Engine, measures: Mapping[Path, Attribute | KpiGroup], segments: Mapping[Path, SegmentDefinition]
) -> Iterator[Complaint]:
    added = segment_kinds([item for item in measures.values() if isinstance(item, Attribute)])

    def build(*definitions: SegmentDefinition) -> None:
        build_segments(engine, definitions, as_of=AS_OF, previous=False, attributes=added)

    try:
        build(*segments.values())
        return
    except CdpError:  # one of them, or several: each is asked alone
        pass
    for path, definition in segments.items():
        try:
            build(definition)
        except CdpError as error:
            yield _complaint(path, error)
