"""Land one delivered file: read it exactly, apply its contract, place its rows, keep what was refused."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from cdp.contracts import Contract
from cdp.engines import Engine
from cdp.errors import ContractError, DriftError, IngestError, LedgerError
from cdp.ingest.checks import contract_sql, key_sql, quoted, version_sql
from cdp.ingest.discover import STILL_WRITTEN, Delivery
from cdp.ingest.feed import CsvForm, Feed, ParquetForm
from cdp.ingest.ledger import FileLedger, FileStatus, QuarantinedRow
from cdp.ingest.reading import Certified, certify
from cdp.ingest.references import known_references
from cdp.ingest.refusals import refused_by_contract, refused_by_reader, without_copies
from cdp.ingest.restatement import Scope, find_withdrawn
from cdp.ingest.staging import EXTRA, Staged, reading_format, stage_csv, stage_json, stage_parquet
from cdp.ingest.versions import advance, place_rows
from cdp.quality.history import Header


@dataclass(frozen=True)
class Landed:
    """What became of one file; ``path`` holds its landed rows, ``None`` when it had none.

    ``warnings`` want a person's look; what is merely worth noting stands in the ledger's message. ``headers`` are the
    columns that the file had. ``is_drift``: it was refused because its columns do not fit.
    """

    ledger: FileLedger
    quarantined: tuple[QuarantinedRow, ...] = ()
    warnings: tuple[str, ...] = ()
    path: Path | None = None
    headers: tuple[Header, ...] = ()
    is_drift: bool = False


@dataclass(frozen=True)
class Landing:
    """Everything about a run that landing one file needs.

    ``left_out`` are, per feed with a history, the columns that its contract left out from the start; others that it
    does not know are kept aside.
    """

    engine: Engine
    as_of: datetime
    run_id: str
    workdir: Path
    landed_root: Path
    left_out: Mapping[str, frozenset[str]] = field(default_factory=dict)


def land_file(
    landing: Landing, delivery: Delivery, feed: Feed, contract: Contract, scope: Scope | None = None
) -> Landed:
    """Land one file against ``current_rows`` of its feed, and move these forward; ``scope`` is what it restates.

    A file that cannot be read under its contract comes back with status ``refused`` and its reason; nothing
    of it is loaded. Raises ``LedgerError`` when rows do not add up.
    """
    blank = FileLedger(delivery.file_id, feed.feed, delivery.name, landing.run_id, FileStatus.loaded)
    try:
        return _land(landing, delivery, feed, contract, scope, blank)
    except (ContractError, IngestError) as error:
        refused = replace(blank, status=FileStatus.refused, message=f"{error.message}; {error.hint}")
        return Landed(refused, is_drift=isinstance(error, DriftError))
    except OSError as error:
        return Landed(waiting(delivery, landing.run_id, f"cannot be read: {error.strerror or error}"))
    finally:
        for table in ("loaded", "staged", "judged", "incoming", "placed", "withdrawn"):
            landing.engine.drop(table)


def waiting(delivery: Delivery, run_id: str, why: str) -> FileLedger:
    """The ledger of a file that the next run has to read."""
    message = f"{why}; the next run tries it again"
    return FileLedger("", delivery.feed, delivery.name, run_id, FileStatus.waiting, message=message)


def _land(
    landing: Landing, delivery: Delivery, feed: Feed, contract: Contract, scope: Scope | None, blank: FileLedger
) -> Landed:
    engine, run_id = landing.engine, landing.run_id
    certified = _certified(landing, delivery, feed, contract)
    blank = replace(blank, lines_skipped=certified.skipped_lines if certified else 0)
    warnings = _told_by_reader(certified)
    refused, copies = without_copies(refused_by_reader(delivery, feed, run_id, certified) if certified else [])
    broken = len(refused) + copies
    staged, records = Staged(), certified.records if certified else 0
    left_out = landing.left_out.get(feed.feed)
    if certified is None:
        staged, records = stage_parquet(engine, contract, delivery.path, delivery.name, left_out)
    elif certified.columns and isinstance(feed.form, CsvForm):
        staged = stage_csv(engine, contract, certified, delivery.name, left_out)
    elif records:
        staged = stage_json(engine, contract, certified, left_out)
    if not records:
        status = FileStatus.loaded if broken else FileStatus.empty
        message = "; ".join(["no good rows" if broken else "no rows in the file", *warnings])
        ledger = replace(blank, status=status, rows_read=broken, rows_quarantined=len(refused), message=message)
        return Landed(replace(ledger, rows_duplicate=copies).balanced(), tuple(refused), warnings)
    judge(landing, contract, records, delivery.name)
    refused += refused_by_contract(engine, delivery, feed, contract, run_id, certified)
    place_rows(engine, contract, scope.files if scope else None)
    withdrawn = find_withdrawn(engine, contract, scope)
    counted = dict(engine.rows("select place, count(*) from placed group by place"))
    ledger = replace(
        blank,
        rows_read=records + broken,
        rows_accepted=counted.get("accepted", 0),
        rows_quarantined=len(refused),
        rows_duplicate=counted.get("duplicate", 0) + counted.get("moved", 0) + copies,
        rows_superseded=counted.get("superseded", 0),
        message="; ".join([*warnings, *staged.warnings, *staged.notes, *_noted(engine, certified, withdrawn)]),
    ).balanced()
    if not delivery.is_unchanged():
        return Landed(waiting(delivery, run_id, STILL_WRITTEN))
    path = write_landed(landing, feed, contract, delivery.file_id, delivery.file_id[:20])
    advance(engine, feed.feed, delivery.file_id)
    in_order = tuple(sorted(refused, key=lambda row: row.line))
    return Landed(ledger, in_order, (*warnings, *staged.warnings), path, staged.headers)


def _certified(landing: Landing, delivery: Delivery, feed: Feed, contract: Contract) -> Certified | None:
    if isinstance(feed.form, ParquetForm):
        return None
    return certify(delivery.path, reading_format(feed, contract), landing.workdir, delivery.member)


def _told_by_reader(certified: Certified | None) -> tuple[str, ...]:
    found = certified.warnings if certified else []
    return tuple(f"{item.code}: {item.detail}" + (f" (line {item.line})" if item.line else "") for item in found)


def judge(landing: Landing, contract: Contract, expected: int, file: str) -> None:
    """Hold ``staged`` to the contract: ``judged`` are all rows with their reasons, ``incoming`` the good ones."""
    sql = contract_sql(contract, known=known_references(landing.engine, contract))
    loaded = landing.engine.create_table("judged", sql, {"as_of": landing.as_of})
    if loaded != expected:
        raise LedgerError(
            f"{file}: {expected} records were certified, but {loaded} were loaded",
            "nothing was published; keep the file and report it with the run's log",
        )
    names = ", ".join(quoted(item.name) for item in contract.properties)
    told_apart = ""
    if contract.rows_per_key == "many" and contract.equal_rows == "each":
        told_apart = (
            f" || row_number() over (partition by {key_sql(contract)}, md5(row({names})::varchar) order by _row)"
        )
    landing.engine.create_table(
        "incoming",
        f"select _row, {names}, {key_sql(contract)} as _key, {version_sql(contract)} as _version, "
        f"md5(row({names})::varchar{told_apart}) as _hash, _notes from judged where len(_reasons) = 0",
    )


def write_landed(landing: Landing, feed: Feed, contract: Contract, file_id: str, stem: str) -> Path | None:
    """Write the ``incoming`` rows that ``placed`` calls no duplicates; ``None`` when there are none."""
    names = ", ".join(f"i.{quoted(item.name)}" for item in contract.properties)
    path = landing.landed_root / feed.feed / landing.run_id / f"{stem}.parquet"
    partial = landing.workdir / "landing.parquet"
    has_extra = EXTRA in landing.engine.columns("staged")
    extra, source = (f", s.{EXTRA}", "incoming as i inner join staged as s using (_row)") if has_extra else ("", "")
    if landing.engine.scalar("select count(*) from placed where place = 'duplicate'"):
        source = f"{source or 'incoming as i'} semi join (from placed where place <> 'duplicate') using (_row)"
    in_order = f"{source} order by i._row" if source else "incoming as i"  # joins lose the order, tables keep it
    rows = landing.engine.write_parquet(
        f"select {names}, $file_id as _file_id, i._row, i._hash, i._notes{extra} from {in_order}",
        partial,
        {"file_id": file_id},
    )
    if rows == 0:
        partial.unlink()
        return None
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(partial, path)
    return path


def _noted(engine: Engine, certified: Certified | None, withdrawn: int) -> Iterator[str]:
    """What the contract tells of good rows, each with how many rows and the first of them."""
    for code, count, first in engine.rows(
        "select code, count(*), min(_row) from (select _row, unnest(_notes) as code from incoming) group by code "
        "order by code"
    ):
        line = first + 1 if certified is None else certified.line_of(first)
        yield f"{code}: {count} rows (first at line {line})" if count > 1 else f"{code}: 1 row (line {line})"
    if withdrawn:
        yield f"{withdrawn} earlier rows that the file no longer holds were taken back"
