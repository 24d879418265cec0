"""Land one delivered file: read it exactly, apply its contract, place its rows, keep what was refused."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from cdp.contracts import Contract
from cdp.engines import Engine
from cdp.errors import (
    ContractError,
    DriftError,
    EncodingError,
    EngineError,
    IngestError,
    LedgerError,
    OutOfMemoryError,
)
from cdp.ingest.chunks import Judged, keep, needs_whole_file, open_incoming, without_duplicates
from cdp.ingest.discover import STILL_WRITTEN, Delivery
from cdp.ingest.feed import CsvForm, ExcelForm, Feed, ParquetForm
from cdp.ingest.json_keys import JsonKeys
from cdp.ingest.ledger import FileLedger, FileStatus, QuarantinedRow
from cdp.ingest.parquet_source import hold_staged, open_parquet, unreadable
from cdp.ingest.reading import Batch, Certified, Stream
from cdp.ingest.reading.encodings import utf8_behind
from cdp.ingest.refusals import refused_by_contract, refused_by_reader, with_text, without_copies
from cdp.ingest.restatement import Scope, find_withdrawn
from cdp.ingest.sheet_rules import held_to
from cdp.ingest.staged import LeftOut, Staged
from cdp.ingest.staging import (
    reading_format,
    stage_csv,
    stage_json,
    stage_parquet,
    stage_sheet,
)
from cdp.ingest.versions import advance, place_rows
from cdp.quality.history import Header

_OF_THE_WORKSPACE = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)
"""What stops the run: it cannot write. All else is the delivered file's own trouble."""
NO_LINE_END = "the last line has no line end"
"""What the message of a file holds whose last line could be whole: see ``cut_files``."""
DRIFT, MISREAD = "columns do not fit: ", "the encoding does not fit: "
"""How the message of a file begins behind which later files of its feed wait, until it fits or is taken away."""


@dataclass(frozen=True)
class Landed:
    """What became of one file; ``paths`` hold its landed rows.

    ``warnings`` want a person's look; what is merely worth noting stands in the ledger's message. ``headers`` are the
    columns that the file had. ``is_stopped``: it was refused until somebody accepts its columns, or mends its encoding.
    """

    ledger: FileLedger
    quarantined: tuple[QuarantinedRow, ...] = ()
    warnings: tuple[str, ...] = ()
    paths: tuple[Path, ...] = ()
    headers: tuple[Header, ...] = ()
    is_stopped: bool = False


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
    landing: Landing,
    delivery: Delivery,
    feed: Feed,
    contract: Contract,
    scope: Scope | None = None,
    *,
    is_last: bool = False,
) -> Landed:
    """Land one file against ``current_rows`` of its feed, and move these forward unless it is the feed's last one.

    ``scope`` is what it restates.
    A file that cannot be read under its contract comes back with status ``refused`` and its reason; nothing
    of it is loaded. Raises ``LedgerError`` when rows do not add up.
    """
    blank = FileLedger(delivery.file_id, feed.feed, delivery.name, landing.run_id, FileStatus.loaded)
    contract = held_to(feed, contract)
    try:
        return _land(landing, delivery, feed, contract, scope, blank, is_last=is_last)
    except (ContractError, IngestError) as error:
        if not delivery.is_unchanged():
            return Landed(waiting(delivery, landing.run_id, STILL_WRITTEN))
        begin = DRIFT if isinstance(error, DriftError) else MISREAD if isinstance(error, EncodingError) else ""
        told = f"{begin}{error.message}; {error.hint}"
        return Landed(replace(blank, status=FileStatus.refused, message=told), is_stopped=bool(begin))
    except OSError as error:
        if error.errno in _OF_THE_WORKSPACE:
            raise
        return Landed(waiting(delivery, landing.run_id, f"cannot be read: {error.strerror or error}"))
    finally:
        for table in ("staged", "judged", "placed", "incoming", "landed_chunk", "refused_keys", "withdrawn"):
            landing.engine.drop(table)


def waiting(delivery: Delivery, run_id: str, why: str) -> FileLedger:
    """The ledger of a file that the next run has to read."""
    message = f"{why}; the next run tries it again"
    return FileLedger("", delivery.feed, delivery.name, run_id, FileStatus.waiting, message=message)


def _land(
    landing: Landing,
    delivery: Delivery,
    feed: Feed,
    contract: Contract,
    scope: Scope | None,
    blank: FileLedger,
    *,
    is_last: bool,
) -> Landed:
    engine, run_id = landing.engine, landing.run_id
    try:
        certified, staged, judged = pass_through(landing, delivery, feed, contract, scope)
    except OutOfMemoryError as error:
        why = f"needs more memory than it may take ({error.message}): raise memory_limit under [resources] in cdp.toml"
        return Landed(waiting(delivery, run_id, why))
    blank = replace(blank, lines_skipped=certified.skipped_lines if certified else 0)
    warnings = _told_by_reader(certified)
    refused, copies = without_copies(refused_by_reader(delivery, feed, run_id, certified) if certified else [])
    broken = len(refused) + copies
    if not judged.rows:
        status = FileStatus.loaded if broken else FileStatus.empty
        message = "; ".join(["no good rows" if broken else "no rows in the file", *warnings])
        ledger = replace(blank, status=status, rows_read=broken, rows_quarantined=len(refused), message=message)
        return Landed(replace(ledger, rows_duplicate=copies).balanced(), tuple(refused), warnings)
    open_incoming(engine, contract, judged, scope)
    refused += refused_by_contract(delivery, feed, contract, run_id, certified, judged.broken)
    all_new = place_rows(engine, contract, scope.files if scope else None)
    withdrawn = find_withdrawn(engine, contract, scope)
    counted = dict(engine.rows("select place, count(*) from placed group by place"))
    ledger = replace(
        blank,
        rows_read=judged.rows + broken,
        rows_accepted=counted.get("accepted", 0),
        rows_quarantined=len(refused),
        rows_duplicate=counted.get("duplicate", 0) + counted.get("moved", 0) + copies,
        rows_superseded=counted.get("superseded", 0),
        message="; ".join([*warnings, *staged.warnings, *staged.notes, *_noted(judged, certified, withdrawn)]),
    ).balanced()
    if not delivery.is_unchanged():
        return Landed(waiting(delivery, run_id, STILL_WRITTEN))
    files = without_duplicates(engine, judged.files) if counted.get("duplicate", 0) else judged.files
    paths = move_landed(landing, feed, files, delivery.file_id[:20])
    if all_new and paths:
        engine.read_parquet("landed_chunk", paths)
    advance(engine, feed.feed, delivery.file_id, all_new=all_new, withdrawn=withdrawn, is_last=is_last)
    in_order = tuple(sorted(refused, key=lambda row: row.line))
    return Landed(ledger, in_order, (*warnings, *staged.warnings), paths, staged.headers)


def pass_through(
    landing: Landing, delivery: Delivery, feed: Feed, contract: Contract, scope: Scope | None
) -> tuple[Certified | None, Staged, Judged]:
    """Read the file and hold its rows to the contract, stretch by stretch; leaves the good ones in files.

    Gives the reader's account (of parquet there is none), what staging noticed, and what came of the rows.
    """
    engine, judged = landing.engine, Judged()
    left_out = landing.left_out.get(feed.feed)
    in_one = needs_whole_file(contract)
    if scope is not None:
        engine.execute("create or replace temp table refused_keys (_key varchar)")
    if isinstance(feed.form, ParquetForm | ExcelForm):
        sheet, notes = (
            stage_sheet(contract, feed, delivery.path, delivery.name, landing.workdir)
            if isinstance(feed.form, ExcelForm)
            else (None, ())
        )
        path, headers = (sheet.parts[0], sheet.columns) if sheet else (delivery.path, ())
        source = open_parquet(engine, path, delivery.name, headers)
        if in_one:
            source = replace(source, step=source.rows)
        staged = Staged()
        for first in range(0, max(source.rows, 1), max(source.step, 1)):
            staged = stage_parquet(engine, contract, source, left_out, first)
            expected = min(source.step, source.rows - first)
            try:
                _keep(landing, delivery, contract, scope, judged, expected, is_told_whole=True)
            except OutOfMemoryError:
                raise
            except EngineError as error:
                # A damaged page may be read beyond its end, where something else lies each time: that reading it
                # again succeeds says nothing. It is the file's fault if its rows pass without it.
                hold_staged(engine, source)
                _keep(landing, delivery, contract, scope, judged, expected, is_told_whole=True)
                raise unreadable(source.name, error) from error
        _must_be(judged.rows, source.rows, delivery.name)
        return sheet, replace(staged, notes=(*staged.notes, *notes)), judged
    stream = Stream(delivery.path, reading_format(feed, contract), landing.workdir, delivery.member)
    keys = JsonKeys(contract, left_out)
    of_csv: Staged | None = None
    for batch in stream.batches(in_one=in_one):
        if isinstance(feed.form, CsvForm):
            of_csv = _staged_text(engine, contract, feed.form, batch, delivery.name, left_out)
            parts = of_csv.parts
        else:
            parts = stage_json(engine, contract, batch, keys, delivery.name)
        known = len(judged.broken)
        _keep(landing, delivery, contract, scope, judged, batch.records, parts)
        judged.broken[known:] = with_text(judged.broken[known:], batch.whole)
    certified = stream.certified
    _must_be(judged.rows, certified.records, delivery.name)
    if isinstance(feed.form, CsvForm):
        if of_csv is None and certified.columns:
            of_csv = _staged_text(engine, contract, feed.form, certified, delivery.name, left_out)
        return certified, of_csv or Staged(), judged
    return certified, keys.staged() if certified.records else Staged(), judged


def _staged_text(
    engine: Engine, contract: Contract, form: CsvForm, batch: Batch | Certified, file: str, left_out: LeftOut
) -> Staged:
    """See ``stage_csv``; a header that does not fit because it could not be decoded is told as that."""
    try:
        return stage_csv(engine, contract, batch, file, left_out)
    except DriftError as error:
        odd = [name for name in batch.columns if "\ufffd" in name]
        misread = [told for name in batch.columns if (told := utf8_behind(name, form.encoding)) is not None]
        if misread:
            raise EncodingError(
                f"the header {misread[0]!r} of {file} is written in UTF-8, where the feed declares {form.encoding}",
                "if the source writes UTF-8 now, set 'encoding: utf-8' under form in the feed's feed.yaml",
            ) from error
        if not odd:
            raise
        raise EncodingError(
            f"the header {odd[0]!r} of {file} holds bytes that are no {form.encoding}",
            "set the encoding that the source writes (often cp1252) under form in the feed's feed.yaml",
        ) from error


def _keep(
    landing: Landing,
    delivery: Delivery,
    contract: Contract,
    scope: Scope | None,
    judged: Judged,
    expected: int,
    parts: Sequence[str] = (),
    *,
    is_told_whole: bool = False,
) -> None:
    before = replace(judged, broken=[*judged.broken], files=[*judged.files])

    def kept(into: Judged) -> None:
        keep(
            landing.engine, contract, landing.as_of, delivery.file_id, landing.workdir, expected, into, scope, parts,
            is_told_whole=is_told_whole,
        )  # fmt: skip

    try:
        kept(judged)
    except OutOfMemoryError:
        vars(judged).update(vars(before))
        with landing.engine.in_one_thread():
            kept(judged)


def _must_be(loaded: int, expected: int, file: str) -> None:
    if loaded != expected:
        raise LedgerError(
            f"{file}: {expected} records were certified, but {loaded} were loaded",
            "nothing was published; keep the file and report it with the run's log",
        )


def _told_by_reader(certified: Certified | None) -> tuple[str, ...]:
    found = certified.warnings if certified else []
    return tuple(str(item) for item in found)


def move_landed(landing: Landing, feed: Feed, files: Sequence[Path], stem: str) -> tuple[Path, ...]:
    """Give the files with landed rows their place and their names: one is named after its delivery alone."""
    folder = landing.landed_root / feed.feed / landing.run_id
    folder.mkdir(parents=True, exist_ok=True)
    names = [stem] if len(files) == 1 else [f"{stem}-{number:05d}" for number in range(len(files))]
    paths = tuple(folder / f"{name}.parquet" for name in names)
    for file, path in zip(files, paths, strict=True):
        shutil.move(file, path)
    return paths


def _noted(judged: Judged, certified: Certified | None, withdrawn: int) -> Iterator[str]:
    """What the contract tells of good rows, each with how many rows and the first of them."""
    for code, (count, first) in sorted(judged.notes.items()):
        line = first + 1 if certified is None else certified.line_of(first)
        yield f"{code}: {count} rows (first at line {line})" if count > 1 else f"{code}: 1 row (line {line})"
    if certified and certified.is_unended:
        yield NO_LINE_END
    if withdrawn:
        yield f"{withdrawn} earlier rows that the file no longer holds were taken back"
