"""What a parquet file's footer tells before its rows are read, and whose fault it is when they cannot be."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cdp.engines import Engine
from cdp.errors import EngineError, IngestError, OutOfMemoryError
from cdp.ingest.checks import text

ROW = "file_row_number"
"""The option that numbers a file's rows from 0 on, and the column that it adds."""
PARQUET_ROWS, PARQUET_BYTES = 20_000, 64 << 20
"""Rows of a parquet file that go through at a time: at least so many, and those of so many bytes."""


def exactly(path: Path) -> str:
    """A path that the engine takes for this file alone, though its name reads like a pattern."""
    return re.sub(r"[*?\[]", r"[\g<0>]", str(path))


@dataclass(frozen=True)
class ParquetFile:
    """A delivered parquet file: its columns, and how many rows go through at a time.

    ``headers`` are the names of the columns by place where they were not delivered as parquet.
    """

    path: Path
    name: str
    rows: int
    columns: Mapping[str, str]
    step: int
    headers: Sequence[str] = ()


def open_parquet(engine: Engine, path: Path, file: str, headers: Sequence[str] = ()) -> ParquetFile:
    """Look at a parquet file's footer; ``headers``: see ``ParquetFile``. Raises ``IngestError`` when it is no good."""
    where = text(exactly(path))
    with _reading(file):
        rows = int(engine.scalar(f"select sum(num_rows) from parquet_file_metadata({where})"))
        [(size, in_groups)] = engine.rows(
            "select coalesce(sum(size), 0), coalesce(sum(rows), 0) from ("
            "select sum(total_uncompressed_size) as size, max(row_group_num_rows) as rows "
            f"from parquet_metadata({where}) group by row_group_id)"
        )
        engine.create_view("loaded", f"from read_parquet({where})")
        columns = engine.columns("loaded")
    engine.drop("loaded")
    if taken := [name for name in columns if name.lower() == ROW]:
        raise IngestError(
            f"{file} has a column {taken[0]}, whose name the reader of parquet needs for itself",
            "ask the source to give the column another name",
        )
    if rows != in_groups:
        raise unreadable(file, f"its footer counts {rows} rows, its row groups {in_groups}")
    step = max(PARQUET_ROWS, PARQUET_BYTES * rows // int(size)) if size else rows
    return ParquetFile(path, file, rows, columns, step, headers)


def hold_staged(engine: Engine, source: ParquetFile) -> None:
    """Make ``staged`` a table, which reads the file no more. Raises ``IngestError`` when it cannot be read."""
    with _reading(source.name):
        engine.create_table("held", "from staged")
    engine.rename("held", "staged")


@contextmanager
def _reading(file: str) -> Iterator[None]:
    """What fails in the block is the file's fault, unless memory ends."""
    try:
        yield
    except OutOfMemoryError:
        raise
    except EngineError as error:
        raise unreadable(file, error) from error


def unreadable(file: str, found: EngineError | str) -> IngestError:
    """What is told of a parquet file that the engine failed to read, or that contradicts itself."""
    why = found if isinstance(found, str) else found.message.splitlines()[0]
    return IngestError(f"{file} is not readable as parquet: {why}", "ask the source to send it again")
