"""The tables that grow from run to run: delivered files, refused rows, what became of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from cdp.ingest.checks import quoted
from cdp.ingest.discover import natural_key
from cdp.ingest.landing import DRIFT, MISREAD
from cdp.ingest.ledger import FileLedger, FileStatus
from cdp.ingest.mapping import empty_table
from cdp.ingest.stage import HELD, History
from cdp.runs.context import Run
from cdp.runs.manifest import run_number

SOURCE_FILES = "source_files"
QUARANTINE = "quarantine_rows"
OUTCOMES = "quarantine_outcomes"
_READ = {FileStatus.loaded, FileStatus.empty, FileStatus.refused}


def open_ledger(run: Run, name: str) -> None:
    """Give the engine the table as its contract is today; what older runs did not write is null."""
    refs = run.tables.get(name, ())
    contract = run.workspace.tables[name]
    if not refs:
        run.engine.create_table(name, empty_table(contract))
        return
    run.engine.read_parquet("as_written", [run.store.path(ref) for ref in refs])
    have = run.engine.columns("as_written")
    columns = ", ".join(
        f"{quoted(item.name) if item.name in have else 'null'}::{item.type} as {quoted(item.name)}"
        for item in contract.properties
    )
    run.engine.create_table(name, f"select {columns} from as_written")
    run.engine.drop("as_written")


def append(run: Run, name: str, rows: Sequence[Mapping[str, object]], file: str | None = None) -> None:
    """Add rows to a table; one that older runs wrote with other columns is written anew.

    ``file`` is the name of the artefact, for a table that one run adds to more than once.
    """
    import pyarrow as pa

    contract = run.workspace.tables[name]
    run.engine.create_table("appended", empty_table(contract))
    if rows:
        columns = [item.name for item in contract.properties]
        run.engine.register("arrived", pa.table({column: [row[column] for row in rows] for column in columns}))
        casts = ", ".join(f'"{item.name}"::{item.type}' for item in contract.properties)
        run.engine.execute(f"insert into appended select {casts} from arrived")
        run.engine.drop("arrived")
        _conform(run, name)
        run.tables[name] = (*run.tables.get(name, ()), run.keep(name, "select * from appended", file))
    run.engine.drop("appended")


def rewrite(run: Run, name: str, select: str) -> None:
    """Replace a whole table by a select, in a file of its own."""
    run.tables[name] = (run.keep(name, select, f"{name}.rewritten.parquet"),)


def _conform(run: Run, name: str) -> None:
    refs = run.tables.get(name, ())
    if not refs:
        return
    run.engine.read_parquet("as_written", [run.store.path(ref) for ref in refs])
    have = set(run.engine.columns("as_written"))
    run.engine.drop("as_written")
    if have != {item.name for item in run.workspace.tables[name].properties}:
        open_ledger(run, name)
        rewrite(run, name, f"select * from {name}")
        run.engine.drop(name)


def ledgers(run: Run) -> list[FileLedger]:
    """Every file that earlier runs met."""
    open_ledger(run, SOURCE_FILES)
    names = list(FileLedger.__dataclass_fields__)
    rows = run.engine.rows(f"select {', '.join(names)} from {SOURCE_FILES}")
    run.engine.drop(SOURCE_FILES)
    found = (dict(zip(names, row, strict=True)) for row in rows)
    return [FileLedger(**{**item, "status": FileStatus(item["status"])}) for item in found]


def history(run: Run, anew: Collection[str] = ()) -> History:
    """What the parent run knows of delivered files; of feeds that are read anew only the order of their files."""
    found = sorted(ledgers(run), key=lambda item: run_number(item.run_id))
    known = [item for item in found if item.feed not in anew]
    latest = {(item.feed, item.file): item for item in known if item.feed}
    put_off = [item for item in known if item.feed and _is_put_off(item) and _is_put_off(latest[item.feed, item.file])]
    settled = [item for item in known if item.feed and _is_settled(run, item)]
    landed = {
        name.removeprefix("landed."): [run.store.path(ref) for ref in refs]
        for name, refs in run.tables.items()
        if name.startswith("landed.")
    }
    order = in_order(item for item in found if item.feed in anew and item.status in _READ)
    return History(
        _loaded(known),
        frozenset((item.feed, item.file_id, item.file) for item in settled if item.feed),
        landed,
        frozenset(item.file for item in known if item.status is FileStatus.unknown),
        frozenset(
            (item.feed, item.file_id, item.file)
            for item in settled
            if item.feed and item.status is FileStatus.refused and item.message.startswith((DRIFT, MISREAD))
        ),
        {(item.feed, item.file): run_number(item.run_id) for item in reversed(put_off) if item.feed}
        | {(item.feed, item.file_id): number for number, item in reversed(list(enumerate(order))) if item.feed},
    )


def _loaded(known: Sequence[FileLedger]) -> dict[tuple[str, str], FileLedger]:
    """Every loaded file as it was read last, under the run in which it first came. ``known`` is in order of runs."""
    found: dict[tuple[str, str], FileLedger] = {}
    for item in known:
        if item.feed and item.status is FileStatus.loaded:
            first = found.get((item.feed, item.file_id), item)
            found[item.feed, item.file_id] = replace(item, run_id=first.run_id)
    return found


def in_order(loaded: Iterable[FileLedger]) -> list[FileLedger]:
    """Entries in the order in which their files came."""
    return sorted(loaded, key=lambda item: (run_number(item.run_id), natural_key(item.file)))


def _is_put_off(ledger: FileLedger) -> bool:
    """Whether a file waits for somebody: refused, or behind a refused one."""
    is_held = ledger.status is FileStatus.waiting and ledger.message.startswith(HELD)
    return ledger.status is FileStatus.refused or is_held


def _is_settled(run: Run, ledger: FileLedger) -> bool:
    """A refused file is settled only while the workspace is the one that refused it."""
    if ledger.status is not FileStatus.refused:
        return ledger.status not in {FileStatus.unknown, FileStatus.waiting}
    return run.store.config_of(ledger.run_id) == run.workspace.fingerprint
