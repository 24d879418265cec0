"""Files built by the tests themselves, and the engine that has to load what is certified."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cdp.ingest.reading import Certified

Rows = list[tuple[Any, ...]]


@pytest.fixture(scope="session")
def connection() -> Iterator[Any]:
    import duckdb

    with duckdb.connect() as connection:
        yield connection


@pytest.fixture
def load(connection: Any) -> Callable[[Certified], Rows]:
    """Load the parts with DuckDB exactly as ``Certified`` says, in order."""

    def run(certified: Certified) -> Rows:
        if not certified.parts:
            return []
        parts = ", ".join(_text(str(part)) for part in certified.parts)
        if certified.read_csv_options:
            columns = ", ".join(f"'c{number}': 'VARCHAR'" for number in range(len(certified.columns)))
            options = ", ".join(f"{name} = {_text(value)}" for name, value in certified.read_csv_options.items())
            source = f"read_csv([{parts}], columns = {{{columns}}}, {options})"
        else:
            size = max(2 * certified.max_record_bytes, 1 << 24)
            source = f"read_ndjson_objects([{parts}], maximum_object_size = {size})"
        connection.execute(f"create or replace temp table loaded as select * from {source}")
        rows: Rows = connection.execute("select * from loaded order by rowid").fetchall()
        assert len(rows) == certified.records
        return rows

    return run


@pytest.fixture
def deliver(tmp_path: Path) -> Callable[..., Path]:
    """Write a file into the inbox and return its path."""

    def write(content: bytes, name: str = "export.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return write


def _text(value: object) -> str:
    if isinstance(value, bool | int):
        return str(value).lower()
    return "'" + str(value).replace("'", "''") + "'"
