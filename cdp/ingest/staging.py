"""Show a stretch of a file's records to the engine as text: view ``staged``, one column per property and ``_row``.

``staged`` reads the parts whenever it is asked. Its rows carry their numbers within the file, from 0 on, which they get
before anything is looked up for them: a look-up may shuffle them.

Columns that the contract does not know, and that earlier deliveries did not have, are kept aside in ``_extra``, one
JSON object per row.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from cdp.contracts import Contract, Property
from cdp.engines import Engine
from cdp.ingest.checks import quoted, text, text_list
from cdp.ingest.columns import ColumnMatch, match_columns
from cdp.ingest.feed import CsvForm, ExcelForm, Feed, JsonLinesForm
from cdp.ingest.json_keys import JsonKeys
from cdp.ingest.parquet_source import ROW, ParquetFile, exactly
from cdp.ingest.reading import Batch, Certified, CsvFormat, JsonLinesFormat
from cdp.ingest.reading.headers import numbered
from cdp.ingest.reading.sheets import SheetFormat, certify_sheet
from cdp.ingest.staged import MOST_EXTRA, LeftOut, Staged
from cdp.quality.history import Header

EXTRA = "_extra"
"""The landed column that keeps the values of added columns."""
_LOOKED_AT, _LONGEST_LINE = 200, 100_000


def reading_format(feed: Feed, contract: Contract) -> CsvFormat | JsonLinesFormat:
    """How the careful reader should read a feed's files."""
    if isinstance(feed.form, JsonLinesForm):
        return JsonLinesFormat(encoding=feed.form.encoding, skip_lines=feed.skip_lines)
    assert isinstance(feed.form, CsvForm)
    first_key = contract.find(contract.key[0])
    return CsvFormat(
        delimiter=feed.form.delimiter,
        quote=feed.form.quote,
        encoding=feed.form.encoding,
        key_columns=(first_key.source, *first_key.aliases),
        key_pattern=feed.key_pattern or first_key.logical_type_options.pattern,
        columns=tuple(item.source for item in contract.properties),
        skip_lines=feed.skip_lines,
    )


_MOST_BRANCHES = 8


def _numbered(batch: Batch | Certified, columns: str, read: Callable[[str], str]) -> list[str]:
    """SQL of the records with their numbers within the file in ``_row``; ``read`` calls a reader with some paths.

    Counting takes one thread, so that each part of the few of a stretch is counted apart.
    """
    parts = [([part.path], part.first) for part in batch.whole] if isinstance(batch, Batch) else []
    if not 0 < len(parts) <= _MOST_BRANCHES:
        parts = [(batch.parts, batch.first if isinstance(batch, Batch) else 0)]
    return [
        f"select row_number() over () + {first - 1} as _row, {columns} "
        f"from {read(text_list([exactly(path) for path in paths]))}"
        for paths, first in parts
    ]


def _option(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else text(str(value))


def stage_csv(
    engine: Engine,
    contract: Contract,
    batch: Batch | Certified,
    file: str,
    left_out: LeftOut = None,
) -> Staged:
    """Stage certified delimited text, if there is any. Raises ``ContractError`` when its columns do not fit."""
    match = match_columns(contract, batch.columns, file, _first_values(batch))
    headers = _headers(match, batch.columns, left_out)
    if not batch.records:
        return Staged(match.warnings, match.notes, tuple(headers.values()))
    raw = [f"c{position}" for position in range(len(batch.columns))]
    columns = ", ".join(f"{text(name)}: 'VARCHAR'" for name in raw)
    options = "".join(f", {key} = {_option(value)}" for key, value in batch.read_csv_options.items())
    aside = _aside({item.name: raw[place] for place, item in headers.items() if item.is_aside})
    chosen = _chosen(contract, {name: raw[position] for name, position in match.index.items()}, aside, file)
    records = _numbered(batch, "*", lambda parts: f"read_csv({parts}, columns = {{{columns}}}{options})")
    parts = [f"select _row, {chosen} from ({one})" for one in records]
    engine.create_view("staged", " union all ".join(parts))
    return Staged(match.warnings, match.notes, tuple(headers.values()), tuple(parts))


def _first_values(certified: Batch | Certified) -> dict[str, list[str]]:
    """Some values of every column, by header."""
    if not certified.parts:
        return {}
    delimiter, quote = (str(certified.read_csv_options[name]) for name in ("delim", "quote"))
    with certified.parts[0].open(encoding="utf-8", newline="") as stream:
        lines = [line for _, line in zip(range(_LOOKED_AT), stream, strict=False) if len(line) < _LONGEST_LINE]
    try:
        rows = list(
            csv.reader(
                lines,
                delimiter=delimiter,
                quotechar=quote or None,
                quoting=csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE,
            )
        )
    except csv.Error:
        return {}
    return {
        header: [row[place] for row in rows if place < len(row)]
        for place, header in enumerate(numbered(certified.columns))
    }


def _or_path(item: Property, source: str, file: str) -> str:
    found = item.in_path(file)
    return f"coalesce(nullif(trim({source}::varchar), ''), {text(found)})" if found else source


def stage_json(
    engine: Engine, contract: Contract, batch: Batch | Certified, keys: JsonKeys, file: str
) -> tuple[str, ...]:
    """Stage certified JSON lines; every document is parsed once for all paths of the contract.

    Gives ``Staged.parts``.
    """
    size = max(batch.max_record_bytes * 2, 1 << 24)
    paths, columns = _json_columns(contract, file)

    def read(parts: str) -> str:
        return f"read_ndjson_objects({parts}, maximum_object_size = {size})"

    everything = read(text_list([exactly(path) for path in batch.parts]))
    found = engine.rows(f"select distinct unnest(json_keys(json)) from {everything}")
    added = keys.add(str(key) for (key,) in found)
    aside = _aside({key: f"extra[{place}]" for place, key in enumerate(added, 1)})
    pointers = text_list(["/" + key.replace("~", "~0").replace("/", "~1") for key in added])
    extra = f", json_extract(json, {pointers}) as extra" if aside else ""
    kept = f", {aside} as {EXTRA}" if aside else ""
    values = f"json_extract_string(json, {paths}) as found{extra}"
    parts = tuple(
        f"select _row, {columns}{kept} from (select _row, {values} from ({one}))"
        for one in _numbered(batch, "json", read)
    )
    engine.create_view("staged", " union all ".join(parts))
    return parts


def _headers(
    match: ColumnMatch, delivered: Sequence[str], left_out: LeftOut, types: Sequence[str] = ()
) -> dict[int, Header]:
    """The named columns by place; those that are new to the feed are kept aside, unless they are too many."""
    property_at = {place: name for name, place in match.index.items()}
    names = {place: header for place, header in enumerate(numbered(delivered)) if header}
    added = {
        place
        for place, name in names.items()
        if place not in property_at and left_out is not None and name not in left_out
    }
    return {
        place: Header(
            name, types[place] if types else "", property_at.get(place), place in added and len(added) <= MOST_EXTRA
        )
        for place, name in names.items()
    }


def _aside(values: Mapping[str, str]) -> str:
    """SQL of one JSON object with the values (SQL expressions by name), or nothing when there are none, or too many."""
    if not 0 < len(values) <= MOST_EXTRA:
        return ""
    return f"json_object({', '.join(f'{text(name)}, {value}' for name, value in values.items())})::varchar"


def _json_columns(contract: Contract, file: str) -> tuple[str, str]:
    paths: list[str] = []
    chosen = []
    for item in contract.properties:
        places = []
        for source in () if item.joins else (item.source, *item.aliases):
            paths.append(source if source.startswith("$") else f"$.{source}")
            places.append(f"found[{len(paths)}]")
        found = f"coalesce({', '.join([*places, 'null', 'null'])})"
        chosen.append(f"{_or_path(item, found, file)}::varchar as {quoted(item.name)}")
    return text_list(paths), ", ".join(chosen)


def stage_parquet(
    engine: Engine,
    contract: Contract,
    source: ParquetFile,
    left_out: LeftOut = None,
    first: int = 0,
) -> Staged:
    """Stage the next ``step`` rows of a parquet file from row ``first`` on; ``_row`` is a row's number in the file.

    Raises ``IngestError``, ``ContractError``.
    """
    names = list(source.columns)
    delivered = source.headers or names
    match = match_columns(contract, delivered, source.name)
    headers = _headers(match, delivered, left_out, list(source.columns.values()))
    aside = _aside({item.name: quoted(names[place]) for place, item in headers.items() if item.is_aside})
    chosen = _chosen(
        contract, {name: quoted(names[position]) for name, position in match.index.items()}, aside, source.name
    )
    stretch = "" if source.step >= source.rows else f" where {ROW} between {first} and {first + source.step - 1}"
    where = text(exactly(source.path))
    engine.create_view(
        "staged",
        f"select {ROW} as _row, {chosen}, "
        f"{_whole(names, source.headers)} as _loaded "
        f"from read_parquet({where}, {ROW} = true){stretch}",
    )
    return Staged(match.warnings, match.notes, tuple(headers.values()))


def _whole(names: Sequence[str], headers: Sequence[str]) -> str:
    """SQL of a row as one value by header: JSON where there are headers, for these may differ in case alone."""
    if not headers:
        return f"struct_pack({', '.join(f'{quoted(name)} := {quoted(name)}' for name in names)})"
    by_header = zip(numbered(headers), names, strict=True)
    return f"json_object({', '.join(f'{text(header)}, {quoted(name)}' for header, name in by_header)})"


def stage_sheet(
    contract: Contract, feed: Feed, path: Path, file: str, workdir: Path
) -> tuple[Certified, tuple[str, ...]]:
    """Write a workbook's sheet to a parquet file, whose columns fit; gives besides what is worth noting.

    Raises ``IngestError``, ``ContractError``.
    """
    assert isinstance(feed.form, ExcelForm)
    first_key = contract.find(contract.key[0])
    certified, notes = certify_sheet(
        path, SheetFormat(feed.form.sheet, (first_key.source, *first_key.aliases), feed.skip_lines), workdir
    )
    match_columns(contract, certified.columns, file)
    return certified, notes


def _chosen(contract: Contract, source_of: Mapping[str, str], aside: str, file: str) -> str:
    chosen = ", ".join(
        f"{_or_path(item, source_of.get(item.name, 'null'), file)}::varchar as {quoted(item.name)}"
        for item in contract.properties
    )
    return chosen + (f", {aside} as {EXTRA}" if aside else "")
