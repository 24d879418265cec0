"""Bring a file's records into the engine as text: table ``staged``, one column per property and ``_row``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from cdp.contracts import Contract
from cdp.engines import Engine
from cdp.errors import EngineError, IngestError
from cdp.ingest.checks import quoted, text, text_list
from cdp.ingest.columns import likely_renames, match_columns
from cdp.ingest.feed import CsvForm, Feed, JsonLinesForm
from cdp.ingest.reading import Certified, CsvFormat, JsonLinesFormat


@dataclass(frozen=True)
class Staged:
    """What staging noticed. ``warnings`` want a look, ``notes`` are for the record."""

    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def reading_format(feed: Feed, contract: Contract) -> CsvFormat | JsonLinesFormat:
    """How the careful reader should read a feed's files."""
    if isinstance(feed.form, JsonLinesForm):
        return JsonLinesFormat(encoding=feed.form.encoding)
    assert isinstance(feed.form, CsvForm)
    first_key = contract.find(contract.key[0])
    return CsvFormat(
        delimiter=feed.form.delimiter,
        quote=feed.form.quote,
        encoding=feed.form.encoding,
        key_columns=(first_key.source, *first_key.aliases),
        key_pattern=feed.key_pattern or first_key.logical_type_options.pattern,
        columns=tuple(item.source for item in contract.properties),
    )


def _parts(certified: Certified) -> str:
    return text_list([str(part) for part in certified.parts])


def _option(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else text(str(value))


def stage_csv(engine: Engine, contract: Contract, certified: Certified, file: str) -> Staged:
    """Stage certified delimited text, if there is any. Raises ``ContractError`` when its columns do not fit."""
    match = match_columns(contract, certified.columns, file)
    if not certified.records:
        return Staged(match.warnings, match.notes)
    raw = [f"c{position}" for position in range(len(certified.columns))]
    columns = ", ".join(f"{text(name)}: 'VARCHAR'" for name in raw)
    options = "".join(f", {key} = {_option(value)}" for key, value in certified.read_csv_options.items())
    engine.create_table("loaded", f"select * from read_csv({_parts(certified)}, columns = {{{columns}}}{options})")
    _stage(engine, contract, {name: raw[position] for name, position in match.index.items()})
    return Staged(match.warnings, match.notes)


def stage_json(engine: Engine, contract: Contract, certified: Certified) -> Staged:
    """Stage certified JSON lines; every document is parsed once for all paths of the contract."""
    size = max(certified.max_record_bytes * 2, 1 << 24)
    paths, columns = _json_columns(contract)
    documents = f"read_ndjson_objects({_parts(certified)}, maximum_object_size = {size})"
    engine.create_table("loaded", f"select json_extract_string(json, {paths}) as found from {documents}")
    engine.create_table("staged", f"select rowid as _row, {columns} from loaded")
    keys = {str(key) for (key,) in engine.rows(f"select distinct unnest(json_keys(json)) from {documents}")}
    return Staged(tuple(_strange_keys(contract, keys)))


def _strange_keys(contract: Contract, delivered: set[str]) -> Iterable[str]:
    """Top-level keys that no row has, where a new key of a similar name came."""
    known = {_top_level(source) for item in contract.properties for source in (item.source, *item.aliases)}
    whole = [_top_level(item.source) for item in contract.properties if _path(item.source).count(".") == 0]
    for wanted, key in likely_renames([name for name in whole if name not in delivered], sorted(delivered - known)):
        yield f"no row has {wanted}, and {key} is new: renamed? (add it to the aliases of {wanted})"


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
        for source in (item.source, *item.aliases):
            paths.append(source if source.startswith("$") else f"$.{source}")
            places.append(f"found[{len(paths)}]")
        chosen.append(f"coalesce({', '.join(places)}, null) as {quoted(item.name)}")
    return text_list(paths), ", ".join(chosen)


def stage_parquet(engine: Engine, contract: Contract, path: Path, file: str) -> tuple[Staged, int]:
    """Stage a parquet file; gives its number of rows too. Raises ``IngestError``, ``ContractError``."""
    try:
        rows = engine.create_table("loaded", f"select * from read_parquet({text(str(path))})")
    except EngineError as error:
        why = error.message.splitlines()[0]
        raise IngestError(f"{file} is not readable as parquet: {why}", "ask the source to send it again") from error
    headers = list(engine.columns("loaded"))
    match = match_columns(contract, headers, file)
    _stage(engine, contract, {name: quoted(headers[position]) for name, position in match.index.items()})
    return Staged(match.warnings, match.notes), rows


def _stage(engine: Engine, contract: Contract, source_of: dict[str, str]) -> None:
    chosen = ", ".join(
        f"{source_of.get(item.name, 'null')}::varchar as {quoted(item.name)}" for item in contract.properties
    )
    engine.create_table("staged", f"select rowid as _row, {chosen} from loaded")
