"""Land one delivered file: read it exactly, apply its contract, place its rows, keep what was refused."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from cdp.contracts import Contract
from cdp.engines import Engine
from cdp.errors import ContractError, EngineError, IngestError, LedgerError
from cdp.ingest.checks import contract_sql, quoted, text, text_list
from cdp.ingest.columns import match_columns
from cdp.ingest.discover import Delivery
from cdp.ingest.feed import CsvForm, Feed, JsonLinesForm, ParquetForm
from cdp.ingest.ledger import FileLedger, FileStatus, QuarantinedRow
from cdp.ingest.reading import Certified, CsvFormat, JsonLinesFormat, certify, raw_records
from cdp.ingest.versions import advance, place_rows

META_COLUMNS = ("_file_id", "_row", "_key", "_version", "_hash", "_notes")


@dataclass(frozen=True)
class Landed:
    """What became of one file; ``path`` holds its landed rows, ``None`` when it had none."""

    ledger: FileLedger
    quarantined: tuple[QuarantinedRow, ...]
    notes: tuple[str, ...]
    path: Path | None


@dataclass(frozen=True)
class Landing:
    """Everything about a run that landing one file needs."""

    engine: Engine
    as_of: datetime
    run_id: str
    workdir: Path
    landed_root: Path


def _format(feed: Feed, contract: Contract) -> CsvFormat | JsonLinesFormat:
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


def _stage_csv(engine: Engine, contract: Contract, certified: Certified, file: str) -> tuple[str, ...]:
    match = match_columns(contract, certified.columns, file)
    raw = [f"c{position}" for position in range(len(certified.columns))]
    columns = ", ".join(f"{text(name)}: 'VARCHAR'" for name in raw)
    parts = ", ".join(text(str(part)) for part in certified.parts)
    options = "".join(f", {key} = {_option(value)}" for key, value in certified.read_csv_options.items())
    engine.create_table("loaded", f"select * from read_csv([{parts}], columns = {{{columns}}}{options})")
    chosen = [
        f"{raw[match.index[item.name]] if item.name in match.index else 'null::varchar'} as {quoted(item.name)}"
        for item in contract.properties
    ]
    engine.create_table("staged", f"select rowid as _row, {', '.join(chosen)} from loaded")
    return match.notes


def _option(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else text(str(value))


def _stage_json(engine: Engine, contract: Contract, certified: Certified) -> tuple[str, ...]:
    parts = ", ".join(text(str(part)) for part in certified.parts)
    size = max(certified.max_record_bytes * 2, 1 << 24)
    paths, columns = _json_columns(contract)
    engine.create_table(
        "loaded",
        f"select json_extract_string(json, {paths}) as found "
        f"from read_ndjson_objects([{parts}], maximum_object_size = {size})",
    )
    engine.create_table("staged", f"select rowid as _row, {columns} from loaded")
    return ()


def _json_columns(contract: Contract) -> tuple[str, str]:
    """All paths of a contract as one SQL list, so that each document is parsed once, and the columns made of it."""
    paths: list[str] = []
    chosen = []
    for item in contract.properties:
        places = []
        for source in (item.source, *item.aliases):
            paths.append(source if source.startswith("$") else f"$.{source}")
            places.append(f"found[{len(paths)}]")
        chosen.append(f"coalesce({', '.join(places)}, null) as {quoted(item.name)}")
    return text_list(paths), ", ".join(chosen)


def _stage_parquet(engine: Engine, contract: Contract, path: Path, file: str) -> tuple[tuple[str, ...], int]:
    try:
        engine.create_table("loaded", f"select * from read_parquet({text(str(path))})")
    except EngineError as error:
        why = error.message.splitlines()[0]
        raise IngestError(f"{file} is not readable as parquet: {why}", "ask the source to send it again") from error
    headers = list(engine.columns("loaded"))
    match = match_columns(contract, headers, file)
    chosen = [
        f"{quoted(headers[match.index[item.name]])}::varchar as {quoted(item.name)}"
        if item.name in match.index
        else f"null::varchar as {quoted(item.name)}"
        for item in contract.properties
    ]
    engine.create_table("staged", f"select rowid as _row, {', '.join(chosen)} from loaded")
    return match.notes, int(engine.scalar("select count(*) from loaded"))


def _judge(landing: Landing, contract: Contract, expected: int, file: str) -> None:
    loaded = landing.engine.create_table("judged", contract_sql(contract), {"as_of": landing.as_of})
    if loaded != expected:
        raise LedgerError(
            f"{file}: {expected} records were certified, but {loaded} were loaded",
            "nothing was published; keep the file and report it with the run's log",
        )
    names = ", ".join(quoted(item.name) for item in contract.properties)
    key = " || '|' || ".join(f"coalesce({quoted(name)}::varchar, '')" for name in contract.key)
    version = f"{quoted(contract.version)}::timestamp" if contract.version else "null::timestamp"
    landing.engine.create_table(
        "incoming",
        f"select _row, {names}, {key} as _key, {version} as _version, "
        f"md5(row({names})::varchar) as _hash, _notes from judged where len(_reasons) = 0",
    )


def _refused_by_contract(
    landing: Landing, delivery: Delivery, feed: Feed, contract: Contract, certified: Certified | None
) -> list[QuarantinedRow]:
    key = " || '|' || ".join(f"coalesce(s.{quoted(name)}, '')" for name in contract.key)
    rows = landing.engine.rows(
        f"select j._row, j._reasons, {key} from judged as j inner join staged as s using (_row) "
        "where len(j._reasons) > 0 order by j._row"
    )
    if not rows:
        return []
    ordinals = [int(row[0]) for row in rows]
    if certified is None:
        lines = [ordinal + 1 for ordinal in ordinals]
        raws = {line: json.dumps(row[2]) for line, row in zip(lines, rows, strict=True)}
    else:
        lines = certified.lines_of(ordinals)
        raws = raw_records(delivery.path, _format(feed, contract), lines, feed.member)
    return [
        QuarantinedRow(
            delivery.name,
            line,
            feed.feed,
            landing.run_id,
            tuple(reasons),
            _in_words(contract, reasons),
            raws[line],
            row_key,
        )
        for line, (_, reasons, row_key) in zip(lines, rows, strict=True)
    ]


def _in_words(contract: Contract, codes: Sequence[str]) -> str:
    words = {rule.name: rule.description or rule.must for rule in contract.row_rules}
    told = []
    for code in codes:
        kind, _, name = code.partition(":")
        if kind == "rule":
            told.append(f"must hold: {words[name]}")
            continue
        item = contract.find(name)
        told.append(
            {
                "required": f"{item.source} is empty",
                "type": f"{item.source} is not a valid {item.logical_type}",
                "pattern": f"{item.source} does not look like {item.logical_type_options.pattern}",
                "range": f"{item.source} is outside its limits",
                "values": f"{item.source} is none of {', '.join(item.logical_type_options.values)}",
                "future": f"{item.source} lies after the business date",
            }[kind]
        )
    return "; ".join(told)


def _without_copies(refused: list[QuarantinedRow]) -> tuple[list[QuarantinedRow], int]:
    """Refused rows, each text once; and how many exact copies were left out."""
    seen: dict[tuple[str, tuple[str, ...]], QuarantinedRow] = {}
    for row in refused:
        seen.setdefault((row.raw, row.reason_codes), row)
    return list(seen.values()), len(refused) - len(seen)


def _write(landing: Landing, feed: Feed, contract: Contract, delivery: Delivery) -> Path | None:
    names = ", ".join(f"i.{quoted(item.name)}" for item in contract.properties)
    path = landing.landed_root / feed.feed / f"{delivery.file_id[:20]}.parquet"
    partial = landing.workdir / "landing.parquet"
    rows = landing.engine.write_parquet(
        f"select {names}, $file_id as _file_id, i._row, i._key, i._version, i._hash, i._notes "
        "from incoming as i inner join placed as p using (_row) where p.place <> 'duplicate' order by i._row",
        partial,
        {"file_id": delivery.file_id},
    )
    if rows == 0:
        partial.unlink()
        return None
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(partial, path)
    return path


def _noted(landing: Landing) -> tuple[str, ...]:
    codes = landing.engine.rows("select unnest(_notes) as code from incoming")
    return tuple(f"{code}: {count} rows" for code, count in sorted(Counter(code for (code,) in codes).items()))


def land_file(landing: Landing, delivery: Delivery, feed: Feed, contract: Contract) -> Landed:
    """Land one file against ``current_rows`` of its feed, and move these forward.

    A file that cannot be read under its contract comes back with status ``refused`` and its reason; nothing
    of it is loaded and the next run tries it again. Raises ``LedgerError`` when rows do not add up.
    """
    blank = FileLedger(delivery.file_id, feed.feed, delivery.name, landing.run_id, FileStatus.loaded)
    try:
        return _land(landing, delivery, feed, contract, blank)
    except (ContractError, IngestError) as error:
        refused = replace(blank, status=FileStatus.refused, message=f"{error.message}; {error.hint}")
        return Landed(refused, (), (), None)
    finally:
        for table in ("loaded", "staged", "judged", "incoming", "placed"):
            landing.engine.drop(table)


def _land(landing: Landing, delivery: Delivery, feed: Feed, contract: Contract, blank: FileLedger) -> Landed:
    engine, certified, refused = landing.engine, None, []
    warnings: list[str] = []
    if isinstance(feed.form, ParquetForm):
        notes, records = _stage_parquet(engine, contract, delivery.path, delivery.name)
    else:
        certified = certify(delivery.path, _format(feed, contract), landing.workdir, feed.member)
        records = certified.records
        warnings = [
            f"{item.code}: {item.detail}" + (f" (line {item.line})" if item.line else "") for item in certified.warnings
        ]
        refused = [
            QuarantinedRow(
                delivery.name,
                item.line,
                feed.feed,
                landing.run_id,
                (str(item.reason),),
                item.detail,
                item.text,
            )
            for item in certified.refused
        ]
        if not records and not refused:
            message = "; ".join(["no rows in the file", *warnings])
            return Landed(replace(blank, status=FileStatus.empty, message=message), (), tuple(warnings), None)
        if not records:
            refused, copies = _without_copies(refused)
            ledger = replace(
                blank, rows_read=len(refused) + copies, rows_quarantined=len(refused), rows_duplicate=copies
            )
            return Landed(ledger.balanced(), tuple(refused), tuple(warnings), None)
        stage = _stage_csv if isinstance(feed.form, CsvForm) else None
        notes = stage(engine, contract, certified, delivery.name) if stage else _stage_json(engine, contract, certified)
    refused, copies = _without_copies(refused)
    _judge(landing, contract, records, delivery.name)
    refused += _refused_by_contract(landing, delivery, feed, contract, certified)
    place_rows(engine, contract)
    counted = dict(engine.rows("select place, count(*) from placed group by place"))
    told = (*warnings, *notes, *_noted(landing))
    ledger = replace(
        blank,
        rows_read=records + (len(certified.refused) if certified else 0),
        rows_accepted=counted.get("accepted", 0),
        rows_quarantined=len(refused),
        rows_duplicate=counted.get("duplicate", 0) + copies,
        rows_superseded=counted.get("superseded", 0),
        message="; ".join(told),
    ).balanced()
    path = _write(landing, feed, contract, delivery)
    advance(engine, feed.feed, delivery.file_id)
    return Landed(ledger, tuple(sorted(refused, key=lambda row: row.line)), told, path)
