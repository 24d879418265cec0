"""What every stage of a run gets: the workspace, the engine, the tables so far."""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from cdp.engines import Engine
from cdp.identity.decisions import Decision
from cdp.ingest.discover import Delivery, content_hash
from cdp.ingest.ledger import ReloadRequest, RetryRequest
from cdp.ingest.mapping import empty_table, merged
from cdp.quality.judging import Judging
from cdp.runs.manifest import FileRef, Manifest, Store, write_atomically
from cdp.runs.parts import open_table
from cdp.workspace import Workspace

LOG = logging.getLogger("cdp")


@dataclass
class Run:
    """One execution. ``tables`` begins as the parent's and is replaced table by table."""

    workspace: Workspace
    store: Store
    engine: Engine
    run_id: str
    parent: Manifest | None
    date: date
    as_of: datetime
    deliveries: Sequence[Delivery]
    decisions: Sequence[Decision] = ()
    retries: Sequence[RetryRequest] = ()
    retried: int = 0
    reloads: Sequence[ReloadRequest] = ()
    reloaded: int = 0
    dismissed: frozenset[str] = frozenset()
    tables: dict[str, tuple[FileRef, ...]] = field(default_factory=dict)
    fingerprints: dict[str, str] = field(default_factory=dict)
    model: str | None = None
    counts: dict[str, Any] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    told: Callable[[str], None] = lambda _: None
    judging: Judging = field(default_factory=Judging)
    verify_incremental: bool = False

    @property
    def folder(self) -> Path:
        """The run's own folder: log, progress, quality results."""
        return self.store.data / "runs" / self.run_id

    @property
    def artefacts(self) -> Path:
        """Where the run's tables are written."""
        return self.store.data / "tables" / self.run_id

    def warn(self, message: str) -> None:
        """Tell the operator something that makes the run end with exit 4."""
        if message not in self.warnings:
            self.warnings.append(message)
            LOG.warning(message)

    def use(self, *names: str) -> None:
        """Give the engine these tables; one that nobody has filled is empty."""
        for name in names:
            refs = self.tables.get(name, ())
            contract = self.workspace.tables.get(name)
            if len(refs) > 1 and contract is not None and contract.one_per_key:
                self.engine.read_parquet(f"{name}_of_feeds", [self.store.path(ref) for ref in refs])
                self.engine.create_view(name, merged(contract, f"{name}_of_feeds"))
            elif refs:
                open_table(self.engine, self.store, self.tables, name)
            elif name in self.workspace.tables:
                self.engine.create_table(name, empty_table(self.workspace.tables[name]))
            else:
                raise KeyError(name)

    def keep(self, name: str, select: str, file: str | None = None) -> FileRef:
        """Write a select as an artefact file and give its reference; the table list is not changed."""
        path = self.artefacts / (file or f"{name}.parquet")
        self.engine.write_parquet(select, path)
        return self.ref(path)

    def ref(self, path: Path, feed: str | None = None) -> FileRef:
        """The reference of a parquet file that lies below the data folder."""
        import pyarrow.parquet as pq

        return FileRef(self.relative(path), pq.read_metadata(path).num_rows, feed, content_hash(path))

    def put(self, name: str, order: str = "all") -> None:
        """Hand a table of the engine on: write it sorted, and read it from there from now on."""
        ref = self.keep(name, f'select * from "{name}" order by {order}')
        self.engine.drop(name)
        self.tables[name] = (ref,)
        self.use(name)

    def relative(self, path: Path) -> str:
        """A path below the data folder, as manifests hold it."""
        return path.relative_to(self.store.data).as_posix()

    def save(self, stage: str, signature: str) -> None:
        """Record that a stage is finished; the next start with the same signature goes on from here."""
        self.done.append(stage)
        content = {
            "run_id": self.run_id,
            "signature": signature,
            "done": self.done,
            "tables": {name: [asdict(ref) for ref in refs] for name, refs in self.tables.items()},
            "fingerprints": self.fingerprints,
            "model": self.model,
            "retried": self.retried,
            "reloaded": self.reloaded,
            "counts": self.counts,
            "warnings": self.warnings,
        }
        write_atomically(self.store.data / "pending.json", json.dumps(content, sort_keys=True))

    def resume(self, signature: str) -> bool:
        """Take over what an interrupted run of the same inputs finished; drop what another one left.

        The published file is built again: it may be gone by now.
        """
        pending = self.store.data / "pending.json"
        if pending.is_file():
            content = json.loads(pending.read_text(encoding="utf-8"))
            tables = {name: tuple(FileRef(**ref) for ref in refs) for name, refs in content["tables"].items()}
            whole = all(self.store.path(ref).is_file() for refs in tables.values() for ref in refs)
            if content["signature"] == signature and whole:
                self.run_id, self.done = content["run_id"], [name for name in content["done"] if name != "publish"]
                self.tables = tables
                self.fingerprints, self.model = content["fingerprints"], content["model"]
                self.counts, self.warnings = content["counts"], content["warnings"]
                self.retried, self.reloaded = content["retried"], content["reloaded"]
                return True
            pending.unlink()
        shutil.rmtree(self.artefacts, ignore_errors=True)
        return False
