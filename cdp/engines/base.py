"""The one-page port that every engine implements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

if TYPE_CHECKING:
    import pandas as pd
    from pyarrow import Table

Params: TypeAlias = Mapping[str, object] | None


class Engine(Protocol):
    """Runs SQL over named tables. Parameters are written ``$name``; those a statement lacks are ignored."""

    name: str

    def in_one_thread(self) -> AbstractContextManager[None]:
        """Take one thread while the block runs: slower, and with less memory."""

    def execute(self, sql: str, params: Params = None) -> None:
        """Run a statement for its effect."""

    def rows(self, sql: str, params: Params = None) -> list[tuple[Any, ...]]:
        """All rows of a query."""

    def scalar(self, sql: str, params: Params = None) -> Any:
        """First column of the first row; ``None`` when there is no row."""

    def frame(self, sql: str, params: Params = None) -> pd.DataFrame:
        """A query's result as a pandas frame."""

    def create_table(self, name: str, sql: str, params: Params = None) -> int:
        """Create or replace a table that lives as long as the engine; returns its number of rows."""

    def register(self, name: str, frame: pd.DataFrame | Table) -> None:
        """Copy a frame into a table that lives as long as the engine."""

    def read_parquet(
        self, name: str, files: Sequence[Path], gone: Path | None = None, *, numbered: bool = False
    ) -> None:
        """Make a view over parquet files, their columns matched by name.

        ``gone`` is a parquet file of rows to leave out, as ``numbered`` names them: by ``file_name`` (folder and name)
        and ``file_row_number`` (from 0).
        """

    def write_parquet(self, sql: str, path: Path, params: Params = None) -> int:
        """Write a query's result as one parquet file; returns the number of rows."""

    def write_parquets(self, selects: Sequence[tuple[str, Path]], params: Params = None) -> list[int]:
        """``write_parquet`` for several queries side by side; none may read temp tables or views."""

    def columns(self, table: str) -> dict[str, str]:
        """Column names and SQL types of a table or view."""

    def columns_of(self, schema: str, table: str) -> dict[str, str]:
        """Column names and SQL types of a table in an attached database; empty when there is none."""

    def has_table(self, name: str) -> bool:
        """Whether a table or view of that name exists."""

    def drop(self, name: str) -> None:
        """Remove a table or view if it exists."""

    def rename(self, name: str, other: str) -> None:
        """Give a table or view another name, whatever bore that name before."""

    def widen(self, table: str, sql: str, key: str) -> None:
        """Add the columns of a query to a table, matched on ``key``, unique in both; null where it has no row."""

    def create_view(self, name: str, sql: str) -> None:
        """Create or replace a view that lives as long as the engine."""

    def splink_api(self) -> Any:
        """Splink's database API on this engine's own connection."""

    def close(self) -> None:
        """Give everything back."""
