"""Refused rows go through again: read from what quarantine keeps, judged by today's contract, placed by their age.

A row that comes late stands where it would have stood: it never undoes a newer row of its key, wherever that
came from. Files are as old as their delivery; rows of one file as old as their place in it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from cdp.contracts import Contract
from cdp.engines import Engine
from cdp.errors import ContractError, IngestError
from cdp.ingest.checks import key_sql, version_sql
from cdp.ingest.chunks import Judged, keep, open_incoming, without_duplicates
from cdp.ingest.feed import CsvForm, ExcelForm, Feed, ParquetForm
from cdp.ingest.json_keys import JsonKeys
from cdp.ingest.landing import Landing, move_landed
from cdp.ingest.ledger import QuarantinedRow
from cdp.ingest.parquet_source import open_parquet
from cdp.ingest.reading import ReasonCode, certify, stands_alone
from cdp.ingest.refusals import as_parquet, in_words
from cdp.ingest.sheet_rules import held_to
from cdp.ingest.stage import open_current
from cdp.ingest.staging import reading_format, stage_csv, stage_json, stage_parquet

_BEFORE_ALL = 1 << 40
"""Rows that had no number stand before all others of their file."""

_AGE = """
case
    when i._version < c._version then true
    when i._version > c._version then false
    when c._version is not null and i._version is null then true
    when c._version is null and i._version is not null then false
    else d.delivery > $delivery or (c._file_id = $file_id and c._row > i._row)
end
"""
_PLACE_ONE = f"""
with ranked as (
    select *,
        row_number() over (partition by _key, _hash order by _row desc) as copy_number,
        row_number() over (partition by _key order by _version desc nulls last, _row desc) as newest
    from incoming
)
select
    i._row, i._key, i._version, i._hash,
    case
        when i.copy_number > 1 or i._hash = c._hash then 'duplicate'
        when i.newest > 1 or ({_AGE}) then 'superseded'
        else 'accepted'
    end as place
from ranked as i
left join current_rows as c on i._key = c._key
left join delivered as d on c._file_id = d._file_id
"""
_PLACE_MANY = f"""
with ranked as (
    select *, max(_version) over (partition by _key) as unit_version,
        row_number() over (partition by _key, _hash order by _row) as copy_number
    from incoming
),
units as (
    select _key, max(_version) as _version, max(_file_id) as _file_id, max(_row) as _row, list(_hash) as hashes
    from current_rows
    group by _key
)
select
    i._row, i._key, i.own_version as _version, i._hash,
    case
        when i.copy_number > 1 or coalesce(list_contains(c.hashes, i._hash), false) then 'duplicate'
        when c._file_id <> $file_id and ({_AGE}) then 'superseded'
        else 'accepted'
    end as place
from (select * exclude (_version, unit_version), unit_version as _version, _version as own_version from ranked) as i
left join units as c on i._key = c._key
left join delivered as d on c._file_id = d._file_id
"""
_CAME_SINCE = f"""
select i._row
from (select _row, {{key}} as _key, {{version}} as _version from judged) as i
inner join current_rows as c on i._key = c._key
inner join delivered as d on c._file_id = d._file_id
where d.delivery > $delivery and ({_AGE})
"""


class Outcome(StrEnum):
    """What became of a row that was tried again."""

    accepted = "accepted"
    duplicate = "duplicate"
    superseded = "superseded"
    refused = "refused"


@dataclass(frozen=True)
class Retried:
    """A row that was tried again; ``row`` carries today's reasons where it is refused again."""

    row: QuarantinedRow
    outcome: Outcome


@dataclass(frozen=True)
class RetryResult:
    """What came of one feed's retried rows; ``paths`` hold those that were landed."""

    retried: tuple[Retried, ...] = ()
    paths: tuple[Path, ...] = ()
    warnings: tuple[str, ...] = ()


def retry_feed(
    landing: Landing,
    feed: Feed,
    contract: Contract,
    rows: Iterable[QuarantinedRow],
    landed: Sequence[Path],
    delivered: Mapping[str, int],
    restated: Collection[str] = (),
) -> RetryResult:
    """Try refused rows of one feed again.

    ``landed`` are all its landed rows, ``delivered`` says for every file id when it came, ``restated`` are the files
    that a later one has replaced: what they hold is superseded, readable or not. The engine must hold
    ``superseded_rows``, which is extended. No row is lost: each comes back with its outcome.
    """
    import pyarrow as pa

    engine, contract = landing.engine, held_to(feed, contract)
    open_current(landing, contract, landed)
    order = pa.table({"_file_id": list(delivered), "delivery": pa.array(delivered.values(), pa.int64())})
    engine.register("delivered", order)
    files: dict[tuple[int, str, str], list[QuarantinedRow]] = {}
    for row in rows:
        files.setdefault((delivered.get(row.file_id, -1), row.file, row.run_id), []).append(row)
    retried: list[Retried] = []
    paths: list[Path] = []
    warnings: list[str] = []
    for place in sorted(files):
        delivery, file, _ = place
        waiting = sorted(files[place], key=lambda row: row.line)
        if waiting[0].file_id in restated:
            retried += [Retried(row, Outcome.superseded) for row in waiting]
            continue
        try:
            outcomes, found = _retry_file(landing, feed, contract, waiting, delivery)
        except (ContractError, IngestError) as error:
            warnings.append(f"{file}: {len(waiting)} rows could not be tried again: {error.message}; {error.hint}")
            outcomes, found = [Retried(row, Outcome.refused) for row in waiting], ()
        finally:
            for table in ("staged", "numbered", "judged", "incoming", "placed", "retried"):
                engine.drop(table)
        retried += outcomes
        paths += found
    for table in ("current_rows", "delivered"):
        engine.drop(table)
    return RetryResult(tuple(retried), tuple(paths), tuple(warnings))


def _retry_file(
    landing: Landing, feed: Feed, contract: Contract, waiting: Sequence[QuarantinedRow], delivery: int
) -> tuple[list[Retried], tuple[Path, ...]]:
    engine = landing.engine
    file_id = waiting[0].file_id
    by_number = {_number(row): row for row in waiting}
    read = _stage(landing, feed, contract, waiting)
    if not read:
        return [Retried(row, Outcome.refused) for row in waiting], ()
    judged = Judged()
    keep(engine, contract, landing.as_of, file_id, landing.workdir, len(read), judged)
    open_incoming(engine, contract, judged)
    params = {"delivery": delivery, "file_id": file_id}
    is_one = contract.rows_per_key == "one"
    engine.create_table("placed", _PLACE_ONE if is_one else _PLACE_MANY, params)
    paths = move_landed(landing, feed, without_duplicates(engine, judged.files), f"{file_id[:20]}-retry")
    outcomes = {int(number): Outcome(place) for number, place in engine.rows("select _row, place from placed")}
    reasons = {row.row: row.reasons for row in judged.broken}
    outcomes |= dict.fromkeys(_came_since(engine, contract, reasons, params), Outcome.superseded)
    _advance(engine, feed.feed, file_id, replaces_own=is_one)
    found = []
    for number, row in by_number.items():
        if codes := reasons.get(number):
            again = replace(row, reason_codes=codes, detail=in_words(contract, codes))
            found.append(Retried(again, outcomes.get(number, Outcome.refused)))
        else:
            found.append(Retried(row, outcomes.get(number, Outcome.refused)))
    return found, paths


def _number(row: QuarantinedRow) -> int:
    return row.line - _BEFORE_ALL if row.row_number is None else row.row_number


def _stage(landing: Landing, feed: Feed, contract: Contract, waiting: Sequence[QuarantinedRow]) -> list[QuarantinedRow]:
    """Make ``staged`` of the rows that can be read, numbered as in their file; gives these rows."""
    import pyarrow as pa

    engine, file = landing.engine, waiting[0].file
    if isinstance(feed.form, ParquetForm | ExcelForm):
        records = [row for row in waiting if set(ReasonCode).isdisjoint(row.reason_codes)]
        ordinals = dict(enumerate(records))
        path = landing.workdir / "retry.parquet"
        source = open_parquet(engine, path, file, as_parquet(records, path))
        if ordinals:
            stage_parquet(engine, contract, source, landing.left_out.get(feed.feed))
    else:
        ordinals = _stage_text(landing, feed, contract, waiting)
    if not ordinals:
        return []
    numbers = pa.table(
        {
            "ordinal": pa.array(ordinals, pa.int64()),
            "number": pa.array([_number(row) for row in ordinals.values()], pa.int64()),
        }
    )
    engine.register("retried", numbers)
    engine.create_table(
        "numbered",
        "select r.number as _row, s.* exclude (_row) from staged as s inner join retried as r on s._row = r.ordinal",
    )
    engine.rename("numbered", "staged")
    return list(ordinals.values())


def _stage_text(
    landing: Landing, feed: Feed, contract: Contract, waiting: Sequence[QuarantinedRow]
) -> dict[int, QuarantinedRow]:
    """Stage the rows that stand as records of their own in today's dialect; gives them by record number."""
    fmt = reading_format(feed, contract)
    path = landing.workdir / "retry.txt"
    begins: dict[int, QuarantinedRow] = {}
    with path.open("wb") as stream:
        line = 1
        header = waiting[0].header or ""
        if isinstance(feed.form, CsvForm):
            stream.write(header.encode() + b"\n")
            line += len(header.splitlines()) or 1
        for row in waiting:
            text = _text(row, fmt.encoding)
            if stands_alone(fmt, header, text):
                begins[line] = row
                stream.write(text.encode() + b"\n")
                line += text.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1
    certified = certify(path, replace(fmt, encoding="utf-8"), landing.workdir / "retry")
    ordinals = {
        ordinal: begins[line]
        for ordinal, line in enumerate(certified.lines_of(range(certified.records)))
        if line in begins
    }
    left_out = landing.left_out.get(feed.feed)
    if ordinals and isinstance(feed.form, CsvForm):
        stage_csv(landing.engine, contract, certified, waiting[0].file, left_out)
    elif ordinals:
        stage_json(landing.engine, contract, certified, JsonKeys(contract, left_out), waiting[0].file)
    return ordinals


def _text(row: QuarantinedRow, encoding: str) -> str:
    """The row's text; what could not be decoded then is tried again in the encoding that the feed names today."""
    if row.raw_bytes is None or "\ufffd" not in row.raw:
        return row.raw
    try:
        return row.raw_bytes.decode(encoding)
    except UnicodeDecodeError:
        return row.raw


def _came_since(
    engine: Engine, contract: Contract, reasons: Mapping[int, Sequence[str]], params: Mapping[str, object]
) -> list[int]:
    """Rows that are refused again, of whose key a later file has brought a good row that is not older."""
    readable = {
        number
        for number, codes in reasons.items()
        if not any(code.partition(":")[2] in {*contract.key, contract.version} for code in codes)
    }
    if not readable:
        return []
    sql = _CAME_SINCE.format(key=key_sql(contract), version=version_sql(contract))
    return [int(number) for (number,) in engine.rows(sql, params) if number in readable]


def _advance(engine: Engine, feed: str, file_id: str, *, replaces_own: bool) -> None:
    """Let accepted rows replace the current ones of their key; where a key has many rows, those of other files."""
    params = {"feed": feed, "file_id": file_id}
    replaced = "_key in (select _key from placed where place = 'accepted')"
    if not replaces_own:
        replaced += " and _file_id <> $file_id"
    engine.execute(
        f"insert into superseded_rows select $feed, _file_id, _row from current_rows where {replaced}", params
    )
    engine.execute(
        "insert into superseded_rows select $feed, $file_id, _row from placed where place = 'superseded'", params
    )
    engine.execute(f"delete from current_rows where {replaced}", params)
    engine.execute(
        "insert into current_rows select _key, _version, _hash, $file_id, _row from placed where place = 'accepted'",
        params,
    )
