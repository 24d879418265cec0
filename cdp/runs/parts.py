"""A table as the files of its manifest entry, less the rows that its list of gone rows names.

A table that changes little from night to night keeps the files that earlier runs wrote. Rows that are no more are
listed by file and row number under the table's name with ``.gone`` after it, rows that came stand in a file of their
own.
"""

from __future__ import annotations

from collections.abc import Mapping

from cdp.engines import Engine
from cdp.runs.manifest import FileRef, Store

Tables = Mapping[str, tuple[FileRef, ...]]


def gone_name(table: str) -> str:
    """The manifest's entry for a table's gone rows (file_name, file_row_number)."""
    return f"{table}.gone"


def open_table(
    engine: Engine, store: Store, tables: Tables, name: str, under: str | None = None, *, numbered: bool = False
) -> None:
    """Make a view over a table of a manifest, named like it or ``under`` another name.

    ``numbered`` adds each row's place: file_name and file_row_number.
    """
    gone = [store.path(ref) for ref in tables.get(gone_name(name), ())]
    files = [store.path(ref) for ref in tables[name]]
    engine.read_parquet(under or name, files, gone[0] if gone else None, numbered=numbered)


def count_rows(tables: Tables, name: str) -> int:
    """How many rows a table has, by its manifest."""
    return sum(ref.rows for ref in tables.get(name, ())) - sum(ref.rows for ref in tables.get(gone_name(name), ()))


def table_names(tables: Tables) -> list[str]:
    """The manifest's tables without the lists of gone rows."""
    return [name for name in tables if not name.endswith(gone_name(""))]
