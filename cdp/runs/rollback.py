"""Go back to an earlier run; drop what no kept run needs."""

from __future__ import annotations

import shutil
from dataclasses import dataclass

from cdp.errors import NotFoundError, UsageError
from cdp.runs.lock import locked
from cdp.runs.manifest import Manifest, Store
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
    """Keep the newest ``retention.runs`` runs and the one in force; remove files that none of them names.

    An interrupted run begins anew afterwards. Manifests go before their files, so that none ever lies.
    """
    store = Store(workspace.data)
    with locked(workspace.data):
        (store.data / "pending.json").unlink(missing_ok=True)
        manifests = list(store.history())
        head = store.head()
        kept = {item.run_id: item for item in manifests[-workspace.config.retention.runs :]}
        if head:
            kept[head.run_id] = head
        dropped = tuple(item.run_id for item in manifests if item.run_id not in kept)
        for run_id in dropped:
            (store.manifests / f"{run_id}.json").unlink()
            shutil.rmtree(store.data / "runs" / run_id, ignore_errors=True)
        needed = {ref.path for item in kept.values() for refs in item.tables.values() for ref in refs}
        needed |= {item.model for item in kept.values() if item.model}
        needed |= {f"serve/{item.published}" for item in kept.values()}
        files, size = _remove_all_but(store, needed)
    return Vacuumed(dropped, files, size)


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
