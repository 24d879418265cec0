"""Files and frames of people as tables of text."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cdp.engines import Engine
from cdp.engines.duckdb import file_literal, literal, quote
from cdp.errors import CdpError, UsageError
from cdp.identity.generic.encodings import as_utf8
from cdp.identity.generic.roles import Content

if TYPE_CHECKING:
    import pandas as pd

_SAMPLE = 3000
_DELIMITERS = {"tsv": "\t", "tab": "\t"}
_PARQUET, _JSON, _TEXT = ("parquet", "pq"), ("jsonl", "ndjson", "json"), ("csv", "tsv", "tab", "txt", "gz")


@dataclass(frozen=True)
class Source:
    """One table of people in the engine, every column text."""

    name: str
    table: str
    columns: tuple[str, ...]


def read_file(engine: Engine, path: Path, number: int) -> Source:
    """Load a CSV, JSON Lines or parquet file. Raises ``UsageError`` when it cannot be read."""
    if not path.is_file():
        raise UsageError(f"there is no file {path}", "name CSV, JSON Lines or parquet files of people")
    kind = path.name.lower().removesuffix(".gz").rpartition(".")[2]
    if kind in ("xlsx", "xls", "xlsm", "ods"):
        raise UsageError(
            f"{path} is a spreadsheet", "save the sheet as CSV UTF-8 (File, Save as, or Download as) and name that file"
        )
    if kind not in (*_PARQUET, *_JSON, *_TEXT):
        raise UsageError(f"{path} is neither CSV nor JSON Lines nor parquet", "save it as .csv, .jsonl or .parquet")
    table = f"people_file_{number}"
    try:
        with tempfile.TemporaryDirectory(prefix="cdp-read-") as folder:
            engine.create_table(table, f"select * from {_scan(engine, path, kind, Path(folder))}")
    except (CdpError, OSError) as error:
        said = error.message if isinstance(error, CdpError) else str(error)
        raise UsageError(f"{path} cannot be read: {said.splitlines()[0]}", "check the file") from error
    return _as_text(engine, path.name.split(".")[0], table)


def _scan(engine: Engine, path: Path, kind: str, folder: Path) -> str:
    if kind in _PARQUET:
        return f"read_parquet({file_literal(path)})"
    text = as_utf8(path, folder)
    if kind in _JSON:
        source = f"{file_literal(text)}, records = true, sample_size = -1, convert_strings_to_integers = false"
        names = [str(name) for name, *_ in engine.rows(f"describe select * from read_json({source})")]
        as_written = ", ".join(f"{quote(name)}: 'VARCHAR'" for name in names)
        return f"read_json({file_literal(text)}, records = true, columns = {{{as_written}}})"
    delimiter = _DELIMITERS.get(kind) or _sep_line(text)
    more = f", delim = {literal(delimiter[0])}" if delimiter else ""
    more += ", skip = 1" if len(delimiter) > 1 else ""
    return f"read_csv({file_literal(text)}, all_varchar = true, header = true, sample_size = 20000{more})"


def _sep_line(path: Path) -> str:
    """The delimiter and a line to skip, where a spreadsheet wrote a first line ``sep=;``."""
    with path.open("rb") as file:
        start = file.readline(20).strip().strip(b'"')
    return start[4:5].decode() + "\n" if start.startswith(b"sep=") and len(start) == 5 else ""


def read_frame(engine: Engine, name: str, frame: pd.DataFrame, number: int) -> Source:
    """Load a frame."""
    table = f"people_file_{number}"
    engine.register(table, frame)
    return _as_text(engine, name, table)


def _as_text(engine: Engine, name: str, table: str) -> Source:
    types = engine.columns(table)
    if len({column.lower() for column in types}) < len(types):
        raise UsageError(f"{name} has two columns of one name", "rename one")
    if any(kind != "VARCHAR" for kind in types.values()):
        listed = ", ".join(_text(column, kind) for column, kind in types.items())
        engine.create_table(f"{table}_text", f"select {listed} from {quote(table)}")
        engine.drop(table)
        table = f"{table}_text"
    return Source(name, table, tuple(types))


def _text(column: str, kind: str) -> str:
    name = quote(column)
    if kind in ("DOUBLE", "FLOAT"):
        # a whole number that met a missing value somewhere became a float
        whole = f"case when {name} = trunc({name}) and abs({name}) < 1e15 then cast(cast({name} as bigint) as varchar)"
        return f"{whole} else cast({name} as varchar) end as {name}"
    return f"cast({name} as varchar) as {name}"


def sample_contents(engine: Engine, source: Source) -> dict[str, Content]:
    """A look at every column: the same for whatever order of rows."""
    contents = {}
    values = {column: f"nullif(lower(trim({quote(column)})), '')" for column in source.columns}
    counts = ", ".join(f"count({value}), approx_count_distinct({value})" for value in values.values())
    total, *measured = engine.rows(f"select count(*), {counts} from {quote(source.table)}")[0]
    for number, (column, value) in enumerate(values.items()):
        filled, distinct = measured[2 * number : 2 * number + 2]
        every = max(int(distinct) // (5 * _SAMPLE), 1)
        sampled = engine.rows(
            f"select distinct {value} as v from {quote(source.table)} where {value} is not null "
            f"and hash({value}) % {every} = 0 order by md5(v), v limit {_SAMPLE}"
        )
        found = len(sampled) if len(sampled) < _SAMPLE and every == 1 else int(distinct)
        contents[column] = Content(
            [row[0] for row in sampled], filled / max(total, 1), min(found / max(filled, 1), 1.0), found
        )
    return contents


def find_column(source: Source, wanted: str) -> str | None:
    """A column by its name, whatever the case."""
    return next((column for column in source.columns if column.lower() == wanted.lower()), None)
