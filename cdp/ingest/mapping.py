"""Make canonical tables from landed rows: one SQL select per feed and table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from hashlib import sha256
from pathlib import Path

from cdp.contracts import Contract, TableContract
from cdp.engines import Engine
from cdp.errors import ContractError, EngineError, StepError
from cdp.ingest.checks import quoted
from cdp.ingest.feed import Feed
from cdp.ingest.feed_view import open_feed as open_feed
from cdp.steps import tables_read


@dataclass(frozen=True)
class FeedMapping:
    """The select that makes one canonical table from one feed."""

    feed: str
    table: str
    path: Path
    sql: str
    reads: frozenset[str]


@dataclass(frozen=True)
class FeedPlan:
    """A feed with its mappings, in the order in which feeds can run."""

    feed: Feed
    contract: Contract
    mappings: tuple[FeedMapping, ...]

    @property
    def upstream(self) -> frozenset[str]:
        """Canonical tables of other feeds that the mappings read, that of local time zones included."""
        zone = self.contract.local_zone
        zones = {zone.table} if zone and zone.table else set()
        return frozenset(zones).union(*(item.reads for item in self.mappings)) - {self.feed.feed}

    def fingerprint(self, tables: Mapping[str, TableContract]) -> str:
        """Changes when the feed, its contract, a mapping or a table contract changes."""
        parts = [self.feed.model_dump_json(), self.contract.model_dump_json()]
        parts += [item.sql + tables[item.table].model_dump_json() for item in self.mappings]
        return sha256("\0".join(parts).encode()).hexdigest()[:20]


def load_mapping(feed: Feed, table: str, folder: Path) -> FeedMapping:
    """Read one mapping file. Raises ``StepError`` when it is missing or not exactly one select."""
    path = folder / f"{table}.sql"
    if not path.is_file():
        raise StepError(f"{path} is missing", f"write it, or take {table} out of tables: in feed.yaml")
    try:
        sql = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise StepError(f"{path} is not UTF-8: {error.reason}", "save it as UTF-8") from error
    return FeedMapping(feed.feed, table, path, sql, tables_read(sql, str(path)))


def order_feeds(plans: Iterable[FeedPlan]) -> list[FeedPlan]:
    """Feeds whose canonical tables others read come first. Raises ``StepError`` on a circle."""
    by_feed = {plan.feed.feed: plan for plan in plans}
    makers: dict[str, set[str]] = {}
    for plan in by_feed.values():
        for item in plan.mappings:
            makers.setdefault(item.table, set()).add(plan.feed.feed)
    graph = {
        name: {maker for table in plan.upstream for maker in makers.get(table, ())}
        for name, plan in sorted(by_feed.items())
    }
    try:
        return [by_feed[name] for name in TopologicalSorter(graph).static_order()]
    except CycleError as error:
        raise StepError(f"feeds read each other in a circle: {' → '.join(error.args[1])}") from error


def empty_table(table: TableContract) -> str:
    """A select that gives the table's columns and no rows."""
    columns = ", ".join(f"null::{item.type} as {quoted(item.name)}" for item in table.properties)
    return f"select {columns} where false"


def conformed(engine: Engine, made: str, table: TableContract, where: str) -> str:
    """A select that casts ``made`` to the table's contract; columns it lacks are null.

    Raises ``ContractError`` for a column that the contract does not know.
    """
    have = engine.columns(made)
    known = {item.name for item in table.properties}
    unknown = sorted(have.keys() - known)
    if unknown:
        raise ContractError(
            f"{where}: column {unknown[0]} is not in the contract of {table.name}",
            f"columns are: {', '.join(item.name for item in table.properties)}",
        )
    columns = ", ".join(
        f"{quoted(item.name) if item.name in have else 'null'}::{item.type} as {quoted(item.name)}"
        for item in table.properties
    )
    order = ", ".join(quoted(name) for name in table.key) or "all"
    return f"select {columns} from {quoted(made)} order by {order}"


def merged(table: TableContract, source: str) -> str:
    """SQL that makes one row per key of the rows of several feeds: of the fullest first, the others fill its gaps."""
    others = [item.name for item in table.properties if item.name not in table.key]
    filled = " + ".join(f"({quoted(name)} is not null)::int" for name in others)
    values = ", ".join(
        f"arg_min({quoted(name)}, place) filter ({quoted(name)} is not null) as {quoted(name)}" for name in others
    )
    key = ", ".join(map(quoted, table.key))
    ranked = f"select *, row_number() over (order by {filled} desc, s::varchar) as place from {quoted(source)} as s"
    names = ", ".join(quoted(item.name) for item in table.properties)
    return f"select {names} from (select {key}, {values} from ({ranked}) group by {key})"


def map_feed(
    engine: Engine,
    plan: FeedPlan,
    tables: Mapping[str, TableContract],
    landed: Sequence[Path],
    path_of: Callable[[str, str], Path],
) -> dict[str, tuple[Path, int]]:
    """Make a feed's canonical tables; gives path and row count per table. Empty ones get no file."""
    name = plan.feed.feed
    open_feed(engine, plan.contract, landed, name)
    made: dict[str, tuple[Path, int]] = {}
    for item in plan.mappings:
        missing = sorted(table for table in item.reads if not engine.has_table(table))
        if missing:
            raise StepError(f"{item.path} reads {missing[0]}, which is neither the feed nor a canonical table")
        try:
            engine.create_table("mapped", item.sql)
            select = conformed(engine, "mapped", tables[item.table], str(item.path))
            path = path_of(item.table, name)
            rows = engine.write_parquet(select, path)
        except EngineError as error:
            raise StepError(
                f"{item.path}: {error.message}", f"cdp sql {name}/{item.table} prints the select"
            ) from error
        if rows:
            made[item.table] = (path, rows)
        else:
            path.unlink()
    engine.drop("mapped")
    engine.drop(name)
    return made
