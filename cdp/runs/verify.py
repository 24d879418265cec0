"""Hold a run's files to its manifest: nothing missing, nothing changed since it was written."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from cdp.contracts.published import TABLES
from cdp.engines import open_engine
from cdp.errors import EngineError, NotFoundError
from cdp.ingest.checks import text
from cdp.ingest.discover import content_hash
from cdp.runs.manifest import FileRef, Manifest, Store
from cdp.runs.parts import count_rows
from cdp.workspace import Workspace


@dataclass(frozen=True)
class Verified:
    """What was looked at, and what is wrong: (run, file below the data folder, what)."""

    runs: tuple[str, ...]
    files: int
    size: int
    faults: tuple[tuple[str, str, str], ...]


def verify(workspace: Workspace, run_id: str | None = None, *, all_runs: bool = False) -> Verified:
    """Check the files of a run (default: the one in force), or of every kept run: presence, hash, rows.

    A file that several runs share is read once. Raises ``NotFoundError``.
    """
    store = Store(workspace.data)
    head = store.head()
    chosen = store.read(run_id) if run_id else head
    if chosen is None or head is None:
        raise NotFoundError("nothing has been run yet", "'cdp run' makes the first run")
    manifests = list(store.history()) if all_runs else [chosen]
    merging = {name for name, table in workspace.tables.items() if table.one_per_key}
    seen: dict[FileRef, str] = {}
    faults: list[tuple[str, str, str]] = []
    for manifest in manifests:
        for ref in sorted({ref for refs in manifest.tables.values() for ref in refs}, key=lambda ref: ref.path):
            if ref not in seen:
                seen[ref] = _fault(store.path(ref), ref)
            if seen[ref]:
                faults.append((manifest.run_id, ref.path, seen[ref]))
        faults += [(manifest.run_id, file, told) for file, told in _published(store, manifest, merging)]
    if store.current.is_symlink() and store.current.readlink().name != head.published:
        faults.append((head.run_id, "serve/current", f"points to {store.current.readlink().name}"))
    size = sum(path.stat().st_size for ref in seen if (path := store.path(ref)).is_file())
    return Verified(tuple(item.run_id for item in manifests), len(seen), size, tuple(faults))


def _fault(path: Path, ref: FileRef) -> str:
    import pyarrow as pa
    import pyarrow.parquet as pq

    if not path.is_file():
        return "is missing"
    if ref.sha256 and content_hash(path) != ref.sha256:
        return "was changed: its content is not what the run wrote"
    try:
        rows = pq.read_metadata(path).num_rows
    except (OSError, pa.ArrowException):
        return "is not readable as parquet"
    return "" if rows == ref.rows else f"has {rows} rows, {ref.rows} were written"


def _published(store: Store, manifest: Manifest, merging: Collection[str]) -> Iterator[tuple[str, str]]:
    """Faults of the published file: it must be readable, and hold as many rows as were handed to it."""
    path, name = store.serve / manifest.published, f"serve/{manifest.published}"
    if manifest.model and not (store.data / manifest.model).is_file():
        yield manifest.model, "is missing"
    if not path.is_file():
        yield name, "is missing"
        return
    engine = open_engine("duckdb")
    try:
        engine.execute(f"attach {text(str(path))} as pub (read_only)")
        for item in TABLES:
            if not item.is_published or item.owner or item.table not in manifest.tables:
                continue
            written = count_rows(manifest.tables, item.table)
            found = engine.scalar(f"select count(*) from pub.{item.table}")
            if found != written and not (item.table in merging and found < written):
                yield name, f"{item.table} has {found} rows, {written} were published"
    except EngineError as error:
        yield name, f"is not readable: {error.message.splitlines()[0]}"
    finally:
        engine.close()
