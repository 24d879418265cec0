"""Go back to an earlier run; drop what no kept run needs."""

from __future__ import annotations

import shutil
from collections.abc import Collection
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from cdp.errors import NotFoundError, UsageError
from cdp.runs.lock import locked
from cdp.runs.manifest import Manifest, Store, run_number
from cdp.workspace import Workspace


def rollback(workspace: Workspace, run_id: str | None = None) -> Manifest:
    """Put an earlier run in force again (default: the parent of the one in force).

    Files that later runs loaded count as unseen again. Raises ``NotFoundError``, ``UsageError``.
    """
    store = Store(workspace.data)
    with locked(workspace.data):
        head = store.head()
        if head is None:
            raise NotFoundError("nothing is published yet", "run 'cdp run' first")
        target = run_id or head.parent
        if target is None:
            raise UsageError(f"{head.run_id} is the first run; there is nothing before it")
        manifest = store.read(target)
        if not (store.serve / manifest.published).is_file():
            raise NotFoundError(f"the published file of {target} is gone", "it was vacuumed; choose a later run")
        store.point_to(manifest)
        (store.data / "pending.json").unlink(missing_ok=True)
    return manifest


@dataclass(frozen=True)
class Vacuumed:
    """What a vacuum removed."""

    runs: tuple[str, ...]
    files: int
    size: int


def vacuum(workspace: Workspace) -> Vacuumed:
    """Keep ``retention.runs`` runs: the newest, and as many that the one in force was built on, with itself.

    Files that none of them names are removed, and folders of runs that failed before the newest that is kept. An
    interrupted run begins anew afterwards. Manifests go before their files, so that none ever lies.
    """
    store = Store(workspace.data)
    with locked(workspace.data):
        (store.data / "pending.json").unlink(missing_ok=True)
        manifests = list(store.history())
        count = workspace.config.retention.runs
        kept = {item.run_id: item for item in (*manifests[-count:], *islice(store.in_force(), count))}
        dropped = tuple(item.run_id for item in manifests if item.run_id not in kept)
        for run_id in dropped:
            (store.manifests / f"{run_id}.json").unlink()
        for folder in _of_no_use(store, kept):
            shutil.rmtree(folder, ignore_errors=True)
        needed = {ref.path for item in kept.values() for refs in item.tables.values() for ref in refs}
        needed |= {item.model for item in kept.values() if item.model}
        needed |= {f"serve/{item.published}" for item in kept.values()}
        files, size = _remove_all_but(store, needed)
    return Vacuumed(dropped, files, size)


def _of_no_use(store: Store, kept: Collection[str]) -> list[Path]:
    """Folders of runs that are not kept; that of a failed run stays until a later run is published."""
    newest = max((run_number(run_id) for run_id in kept), default=0)
    folders = [path for path in (store.data / "runs").glob("*-*") if path.is_dir() and path.name not in kept]
    return [path for path in folders if path.name[-4:].isdigit() and run_number(path.name) <= newest]


def _remove_all_but(store: Store, needed: set[str]) -> tuple[int, int]:
    files = size = 0
    for folder in ("landed", "tables", "serve"):
        for path in sorted((store.data / folder).rglob("*"), reverse=True):
            if path.is_symlink() or path.relative_to(store.data).as_posix() in needed:
                continue
            if path.is_file():
                files, size = files + 1, size + path.stat().st_size
                path.unlink()
            elif path.is_dir() and not any(path.iterdir()):
                path.rmdir()
    return files, size
