"""The engine of one machine: an in-memory DuckDB that spills to the run's folder."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cdp.engines.base import Params
from cdp.errors import EngineError, OutOfMemoryError

if TYPE_CHECKING:
    import duckdb
    import pandas as pd
    from pyarrow import Table

_QUOTED = re.compile(r"'[^']*'")  # in conversion errors: a value, which may be somebody's
_GLOB = re.compile(r"[*?\[]")
_PARAMETER = re.compile(r"\$([A-Za-z_][A-Za-z0-9_]*)")


def quote(name: str) -> str:
    """A SQL identifier, quoted."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: object) -> str:
    """A SQL text literal."""
    return "'" + str(value).replace("'", "''") + "'"


def file_literal(path: Path) -> str:
    """A SQL text literal of a path that stands for this one file, though it may read like a pattern."""
    return literal(_GLOB.sub(r"[\g<0>]", str(path)))


def _numbered(file: Path, gone: Path | None, numbered: bool) -> str:
    place = literal(f"{file.parent.name}/{file.name}")
    columns = f"*, {place} as file_name" if numbered else "* exclude (file_row_number)"
    source = f"read_parquet({file_literal(file)}, file_row_number = true, hive_partitioning = false)"
    query = f"select {columns} from {source} as kept"
    if gone is None:
        return query
    lost = f"select file_row_number from read_parquet({file_literal(gone)}) where file_name = {place}"
    return f"{query} anti join ({lost}) as lost on kept.file_row_number = lost.file_row_number"


class DuckDBEngine:
    """DuckDB behind the ``Engine`` port. Instants are naive timestamps in UTC."""

    name = "duckdb"

    def __init__(
        self, *, temp_dir: Path | None = None, memory_limit: str | None = None, threads: int | None = None
    ) -> None:
        import duckdb

        config: dict[str, str | bool | int | float | list[str]] = {
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
        if temp_dir is not None:
            config["temp_directory"] = str(temp_dir)
        if memory_limit is not None:
            config["memory_limit"] = memory_limit
        if threads is not None:
            config["threads"] = threads
        self.connection: duckdb.DuckDBPyConnection = duckdb.connect(":memory:", config=config)
        self.connection.execute("set TimeZone = 'UTC'")
        self.connection.execute("set enable_progress_bar = false")

    def _bound(self, sql: str, params: Params) -> Mapping[str, object] | None:
        if not params:
            return None
        used = set(_PARAMETER.findall(sql))
        return {name: value for name, value in params.items() if name in used} or None

    def _run(
        self, sql: str, params: Params, connection: duckdb.DuckDBPyConnection | None = None
    ) -> duckdb.DuckDBPyConnection:
        import duckdb

        bound, connection = self._bound(sql, params), connection or self.connection
        try:
            return connection.execute(sql, bound) if bound else connection.execute(sql)
        except duckdb.Error as error:
            message = str(error).strip()
            if isinstance(error, duckdb.ConversionException):
                message = _QUOTED.sub("'…'", message)
            if isinstance(error, duckdb.OutOfMemoryException):
                raise OutOfMemoryError(message.splitlines()[0]) from error
            raise EngineError(message) from error

    @contextmanager
    def in_one_thread(self) -> Iterator[None]:
        """Take one thread while the block runs: slower, and with less memory."""
        before = int(self.scalar("select current_setting('threads')"))
        self.execute("set threads = 1")
        try:
            yield
        finally:
            self.execute(f"set threads = {before}")

    def execute(self, sql: str, params: Params = None) -> None:
        """Run a statement for its effect."""
        self._run(sql, params).fetchall()

    def rows(self, sql: str, params: Params = None) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        return self._run(sql, params).fetchall()

    def scalar(self, sql: str, params: Params = None) -> Any:
        """First column of the first row; ``None`` when there is no row."""
        rows = self.rows(sql, params)
        return rows[0][0] if rows else None

    def frame(self, sql: str, params: Params = None) -> pd.DataFrame:
        """A query's result as a pandas frame."""
        return self._run(sql, params).df()

    def create_table(self, name: str, sql: str, params: Params = None) -> int:
        """Create or replace a temp table; returns its number of rows."""
        self.drop(name)
        self.execute(f"create temp table {quote(name)} as {sql}", params)
        return int(self.scalar(f"select count(*) from {quote(name)}"))

    def register(self, name: str, frame: pd.DataFrame | Table) -> None:
        """Copy a frame into a temp table."""
        self.drop(name)
        self.connection.register("__incoming", frame)
        try:
            self.execute(f"create temp table {quote(name)} as select * from __incoming")
        finally:
            self.connection.unregister("__incoming")

    def read_parquet(
        self, name: str, files: Sequence[Path], gone: Path | None = None, *, numbered: bool = False
    ) -> None:
        """Make a view over parquet files, their columns matched by name.

        ``gone`` is a parquet file of rows to leave out, as ``numbered`` names them: by ``file_name`` (folder and name)
        and ``file_row_number`` (from 0).
        """
        if not files:
            raise ValueError(f"no files for table {name}")
        listed = ", ".join(map(file_literal, files))
        query = f"select * from read_parquet([{listed}], union_by_name = true, hive_partitioning = false)"
        if numbered or gone is not None:
            query = " union all by name ".join(_numbered(file, gone, numbered) for file in files)
        self.drop(name)
        self.execute(f"create temp view {quote(name)} as {query}")

    def write_parquet(self, sql: str, path: Path, params: Params = None) -> int:
        """Write a query's result as one zstd parquet file; returns the number of rows."""
        path.parent.mkdir(parents=True, exist_ok=True)
        return self._copy(sql, path, params, self.connection)

    def write_parquets(self, selects: Sequence[tuple[str, Path]], params: Params = None) -> list[int]:
        """``write_parquet`` for several queries side by side; none may read temp tables or views."""

        def one(select: tuple[str, Path]) -> int:
            with self.connection.cursor() as beside:
                beside.execute("set TimeZone = 'UTC'")
                beside.execute("set enable_progress_bar = false")
                return self._copy(*select, params, beside)

        with ThreadPoolExecutor(int(self.scalar("select current_setting('threads')"))) as pool:
            return list(pool.map(one, selects))

    def _copy(self, sql: str, path: Path, params: Params, connection: duckdb.DuckDBPyConnection) -> int:
        options = (
            "format parquet, parquet_version v2, compression zstd, compression_level 1, dictionary_size_limit 10000"
        )
        return int(self._run(f"copy ({sql}) to {literal(path)} ({options})", params, connection).fetchall()[0][0])

    def columns(self, table: str) -> dict[str, str]:
        """Column names and SQL types of a table or view."""
        return self._described(quote(table))

    def _described(self, query: str) -> dict[str, str]:
        return {row[0]: row[1] for row in self.rows(f"describe {query}")}

    def columns_of(self, schema: str, table: str) -> dict[str, str]:
        """Column names and SQL types of a table in an attached database; empty when there is none."""
        found = self.rows(
            "select column_name, data_type from duckdb_columns() "
            "where database_name = $schema and table_name = $table order by column_index",
            {"schema": schema, "table": table},
        )
        return dict(found)

    def has_table(self, name: str) -> bool:
        """Whether a table or view of that name exists."""
        found = self.rows("select 1 from information_schema.tables where table_name = $name", {"name": name})
        return bool(found)

    def drop(self, name: str) -> None:
        """Remove a table or view if it exists."""
        self._for_either_kind(f"drop {{kind}} if exists {quote(name)}")

    def rename(self, name: str, other: str) -> None:
        """Give a table or view another name, whatever bore that name before."""
        self.drop(other)
        self._for_either_kind(f"alter {{kind}} {quote(name)} rename to {quote(other)}")

    def _for_either_kind(self, statement: str) -> None:
        """Run a statement that names the kind of thing: asking the catalogue first would cost more."""
        import duckdb

        try:
            self.connection.execute(statement.format(kind="table"))
        except duckdb.CatalogException:
            self.execute(statement.format(kind="view"))

    def widen(self, table: str, sql: str, key: str) -> None:
        """Add the columns of a query to a table, matched on ``key``, unique in both; null where it has no row.

        The columns that are there stay as they are: writing a wide table anew costs several times as much.
        """
        added = {column: kind for column, kind in self._described(sql).items() if column != key}
        if not added:
            return
        for column, kind in added.items():
            self.execute(f"alter table {quote(table)} add column {quote(column)} {kind}")
        values = ", ".join(f"{quote(column)} = added.{quote(column)}" for column in added)
        same = f"{quote(table)}.{quote(key)} = added.{quote(key)}"
        self.execute(f"update {quote(table)} set {values} from ({sql}) as added where {same}")

    def create_view(self, name: str, sql: str) -> None:
        """Create or replace a temp view."""
        self.drop(name)
        self.execute(f"create temp view {quote(name)} as {sql}")

    def splink_api(self) -> Any:
        """Splink's DuckDB API on this very connection."""
        from splink import DuckDBAPI

        return DuckDBAPI(connection=self.connection)

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()
