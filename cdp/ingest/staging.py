"""Bring a file's records into the engine as text: table ``staged``, one column per property and ``_row``.

Columns that the contract does not know, and that earlier deliveries did not have, are kept aside in ``_extra``, one
JSON object per row.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cdp.contracts import Contract
from cdp.engines import Engine
from cdp.errors import EngineError, IngestError
from cdp.ingest.checks import quoted, text, text_list
from cdp.ingest.columns import ColumnMatch, match_columns
from cdp.ingest.drift import proposals
from cdp.ingest.feed import CsvForm, Feed, JsonLinesForm
from cdp.ingest.reading import Certified, CsvFormat, JsonLinesFormat
from cdp.quality.history import Header

EXTRA = "_extra"
"""The landed column that keeps the values of added columns."""
MOST_EXTRA = 500
_LOOKED_AT, _LONGEST_LINE = 200, 100_000
"""Added columns that are kept aside; of a file that has more none is."""
LeftOut = frozenset[str] | None
"""Columns that the contract left out from the start; ``None`` before the feed's first delivery."""


@dataclass(frozen=True)
class Staged:
    """What staging noticed. ``warnings`` want a look, ``notes`` are for the record; ``headers`` are the columns."""

    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    headers: tuple[Header, ...] = ()


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


def _parts(certified: Certified) -> str:
    return text_list([_exactly(part) for part in certified.parts])


def _exactly(path: Path) -> str:
    """A path that the engine takes for this file alone, though its name reads like a pattern."""
    return re.sub(r"[*?\[]", r"[\g<0>]", str(path))


def _option(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else text(str(value))


def stage_csv(engine: Engine, contract: Contract, certified: Certified, file: str, left_out: LeftOut = None) -> Staged:
    """Stage certified delimited text, if there is any. Raises ``ContractError`` when its columns do not fit."""
    match = match_columns(contract, certified.columns, file, _first_values(certified))
    headers = _headers(match, certified.columns, left_out)
    if not certified.records:
        return Staged(match.warnings, match.notes, tuple(headers.values()))
    raw = [f"c{position}" for position in range(len(certified.columns))]
    columns = ", ".join(f"{text(name)}: 'VARCHAR'" for name in raw)
    options = "".join(f", {key} = {_option(value)}" for key, value in certified.read_csv_options.items())
    engine.create_table("loaded", f"select * from read_csv({_parts(certified)}, columns = {{{columns}}}{options})")
    aside = _aside({item.name: raw[place] for place, item in headers.items() if item.is_aside})
    _stage(engine, contract, {name: raw[position] for name, position in match.index.items()}, aside)
    return Staged(match.warnings, match.notes, tuple(headers.values()))


def _first_values(certified: Certified) -> dict[str, list[str]]:
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
        header.strip().lstrip("\ufeff"): [row[place] for row in rows if place < len(row)]
        for place, header in enumerate(certified.columns)
    }


def stage_json(engine: Engine, contract: Contract, certified: Certified, left_out: LeftOut = None) -> Staged:
    """Stage certified JSON lines; every document is parsed once for all paths of the contract."""
    size = max(certified.max_record_bytes * 2, 1 << 24)
    paths, columns = _json_columns(contract)
    documents = f"read_ndjson_objects({_parts(certified)}, maximum_object_size = {size})"
    keys = {str(key) for (key,) in engine.rows(f"select distinct unnest(json_keys(json)) from {documents}")}
    unknown = sorted(keys - _known_keys(contract))
    added = [key for key in unknown if left_out is not None and key not in left_out]
    aside = _aside({key: f"extra[{place}]" for place, key in enumerate(added, 1)})
    pointers = text_list(["/" + key.replace("~", "~0").replace("/", "~1") for key in added])
    extra = f", json_extract(json, {pointers}) as extra" if aside else ""
    kept = f", {aside} as {EXTRA}" if aside else ""
    engine.create_table("loaded", f"select json_extract_string(json, {paths}) as found{extra} from {documents}")
    _show_staged(engine, f"select rowid as _row, {columns}{kept} from loaded")
    headers = [
        Header(_top_level(item.source), "", item.name)
        for item in contract.properties
        if any(_top_level(source) in keys for source in (item.source, *item.aliases))
    ]
    headers += [Header(key, is_aside=bool(aside) and key in added) for key in unknown[:MOST_EXTRA]]
    return Staged(tuple(_strange_keys(contract, keys)), (), tuple(headers))


def _known_keys(contract: Contract) -> set[str]:
    return {_top_level(source) for item in contract.properties for source in (item.source, *item.aliases)}


def _headers(
    match: ColumnMatch, delivered: Sequence[str], left_out: LeftOut, types: Sequence[str] = ()
) -> dict[int, Header]:
    """The named columns by place; those that are new to the feed are kept aside, unless they are too many."""
    property_at = {place: name for name, place in match.index.items()}
    names = {place: header.strip().lstrip("\ufeff") for place, header in enumerate(delivered) if header.strip()}
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


def _strange_keys(contract: Contract, delivered: set[str]) -> Iterable[str]:
    """Top-level keys that no row has, where a new key of a similar name came."""
    known = _known_keys(contract)
    gone = [
        item
        for item in contract.properties
        if not item.joins
        and _path(item.source).count(".") == 0
        and not {_top_level(name) for name in (item.source, *item.aliases)} & delivered
    ]
    for found in proposals(contract, gone, sorted(delivered - known), {}):
        yield (
            f"no row has {found.wanted}, and {found.name} is new: {found.reason}; "
            f"accept with '{found.command(contract.name)}'"
        )


def _path(source: str) -> str:
    return source.removeprefix("$.")


def _top_level(source: str) -> str:
    """The first key of a JSON path, without the quotes that odd names need."""
    path = _path(source)
    return path[1:].partition('"')[0] if path.startswith('"') else path.partition(".")[0]


def _json_columns(contract: Contract) -> tuple[str, str]:
    paths: list[str] = []
    chosen = []
    for item in contract.properties:
        places = []
        for source in () if item.joins else (item.source, *item.aliases):
            paths.append(source if source.startswith("$") else f"$.{source}")
            places.append(f"found[{len(paths)}]")
        chosen.append(f"coalesce({', '.join([*places, 'null', 'null'])})::varchar as {quoted(item.name)}")
    return text_list(paths), ", ".join(chosen)


def stage_parquet(
    engine: Engine, contract: Contract, path: Path, file: str, left_out: LeftOut = None
) -> tuple[Staged, int]:
    """Stage a parquet file; gives its number of rows too. Raises ``IngestError``, ``ContractError``."""
    try:
        rows = engine.create_table("loaded", f"select * from read_parquet({text(_exactly(path))})")
    except EngineError as error:
        why = error.message.splitlines()[0]
        raise IngestError(f"{file} is not readable as parquet: {why}", "ask the source to send it again") from error
    types = engine.columns("loaded")
    names = list(types)
    match = match_columns(contract, names, file)
    headers = _headers(match, names, left_out, list(types.values()))
    aside = _aside({item.name: quoted(names[place]) for place, item in headers.items() if item.is_aside})
    _stage(engine, contract, {name: quoted(names[position]) for name, position in match.index.items()}, aside)
    return Staged(match.warnings, match.notes, tuple(headers.values())), rows


def _stage(engine: Engine, contract: Contract, source_of: Mapping[str, str], aside: str) -> None:
    chosen = ", ".join(
        f"{source_of.get(item.name, 'null')}::varchar as {quoted(item.name)}" for item in contract.properties
    )
    kept = f", {aside} as {EXTRA}" if aside else ""
    _show_staged(engine, f"select rowid as _row, {chosen}{kept} from loaded")


def _show_staged(engine: Engine, select: str) -> None:
    """Make ``staged`` a view: a copy would take as much memory as the file."""
    engine.drop("staged")
    engine.execute(f"create temp view staged as {select}")
