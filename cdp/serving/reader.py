"""Read one published file: opened by its real path, read-only, one cursor per request."""

from __future__ import annotations

import contextlib
import difflib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from cdp.errors import CdpError, NotFoundError, UsageError
from cdp.serving.rows import Rows

if TYPE_CHECKING:
    import duckdb

_ATTEMPTS = 5
_UNKNOWN_TABLE = re.compile(r"Table with name (\S+) does not exist")


def published_link(path: Path) -> Path:
    """The published file that ``path`` means: itself, or ``data/serve/current`` of the workspace around it."""
    if path.suffix == ".duckdb":
        if not path.is_file():
            raise NotFoundError(f"there is no file {path}", "name a workspace folder or a published .duckdb file")
        return path
    from cdp.workspace import find_root

    root = find_root(path)
    link = root / "data" / "serve" / "current"
    if not link.is_symlink():
        raise NotFoundError(f"nothing is published in {root} yet", "run 'cdp run' first")
    return link


def _connect(path: Path) -> duckdb.DuckDBPyConnection:
    import duckdb

    config: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    is_odd = "?" in str(path)  # DuckDB then looks for the log beside another folder, which it must be allowed to
    config |= {} if is_odd else {"enable_external_access": False}
    connection = duckdb.connect(str(path), read_only=True, config=config)
    if is_odd:
        connection.execute("set enable_external_access = false").fetchall()
    connection.execute("set TimeZone = 'UTC'").fetchall()
    connection.execute("set enable_progress_bar = false").fetchall()
    return connection


def answered(
    cursor: duckdb.DuckDBPyConnection, sql: str, params: Mapping[str, object] | None = None
) -> duckdb.DuckDBPyConnection:
    """The cursor with a query's answer. Raises ``UsageError`` when the text holds no statement."""
    answer: duckdb.DuckDBPyConnection | None = cursor.execute(sql, params) if params else cursor.execute(sql)
    if answer is None:  # nothing, blanks or comments
        raise UsageError("there is no query in this text", 'for example: cdp query "select * from profiles limit 10"')
    return answer


class Reader:
    """One version of the published tables. It stays as it is while later runs publish newer ones."""

    def __init__(self, path: Path) -> None:
        self._link = path
        self.path, self._connection = self._open()
        self._tables: list[str] | None = None

    def _open(self) -> tuple[Path, duckdb.DuckDBPyConnection]:
        import duckdb

        for attempt in range(1, _ATTEMPTS + 1):
            real = self._link.resolve()
            try:
                return real, _connect(real)
            except duckdb.ConnectionException as error:
                raise CdpError(
                    f"{real} is open in this process with other settings: {str(error).splitlines()[0]}",
                    "close the other connection first; Published.query answers any SQL",
                ) from error
            except duckdb.IOException as error:
                # a vacuum may remove an old version between the two lines above
                if attempt == _ATTEMPTS or self._link.resolve() == real:
                    raise NotFoundError(
                        f"{real} cannot be opened: {str(error).splitlines()[0]}",
                        "'cdp runs list' shows what is published; 'cdp run' publishes again",
                    ) from error
        raise AssertionError

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the file back."""
        self._connection.close()

    def refresh(self) -> bool:
        """Move on to the version that is published now; false when it is the one already open."""
        if self._link.resolve() == self.path:
            return False
        before = self._connection
        self.path, self._connection = self._open()
        self._tables = None
        before.close()
        return True

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """A cursor of its own, so that requests do not disturb one another."""
        return self._connection.cursor()

    def fetch(self, sql: str, params: Mapping[str, object] | None = None) -> Rows:
        """All rows of a query. Raises ``CdpError`` with DuckDB's message and what helps."""
        with contextlib.closing(self.cursor()) as cursor, self.explained():
            answer = answered(cursor, sql, params)
            return Rows(tuple(str(item[0]) for item in answer.description or ()), answer.fetchall())

    @contextlib.contextmanager
    def explained(self) -> Iterator[None]:
        """Turn what DuckDB says of a query into a ``CdpError``; of an unknown table it lists those there are."""
        import duckdb

        try:
            yield
        except duckdb.Error as error:
            raise CdpError(f"the query failed: {error}", self._help(error)) from error

    def _help(self, error: duckdb.Error) -> str:
        import duckdb

        if isinstance(error, duckdb.PermissionException | duckdb.InvalidInputException):
            return "published tables can be read, and nothing else: no files, no settings, no changes"
        if unknown := _UNKNOWN_TABLE.search(str(error)):
            near = difflib.get_close_matches(unknown[1], self.tables(), 5)
            others = ", ".join(name for name in self.tables() if name not in near)
            return f"did you mean {', '.join(near)}? Others are: {others}" if near else f"tables are: {others}"
        return "'show tables' lists the tables, 'describe TABLE' the columns of one"

    def scalar(self, sql: str, params: Mapping[str, object] | None = None) -> Any:
        """First column of the first row; ``None`` when there is no row."""
        found = self.fetch(sql, params).rows
        return found[0][0] if found else None

    def tables(self) -> list[str]:
        """Names of the published tables."""
        if self._tables is None:
            with contextlib.closing(self.cursor()) as cursor:
                found = cursor.execute("select table_name from duckdb_tables() order by table_name").fetchall()
            self._tables = [str(name) for (name,) in found]
        return list(self._tables)
