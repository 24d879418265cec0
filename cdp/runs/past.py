"""What was published at the end of an earlier business date."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from cdp.engines import open_engine
from cdp.errors import NotFoundError, PublishError
from cdp.runs.context import Run
from cdp.runs.lock import locked
from cdp.runs.manifest import Manifest, Store
from cdp.runs.publish import publish
from cdp.workspace import Workspace


def run_as_of(store: Store, day: date) -> Manifest:
    """The newest run of a business date up to ``day``, among the one in force and those it was built on.

    Runs that a rollback undid do not count. Raises ``NotFoundError``, which names the dates that can be asked.
    """
    kept = list(store.in_force())
    if not kept:
        raise NotFoundError("nothing is published yet", "run 'cdp run' first")
    until = [item for item in kept if item.date <= day]
    if not until:
        dates = sorted({item.date for item in kept})
        raise NotFoundError(
            f"nothing is kept of {day}: the oldest run that is kept is that of {dates[0]}",
            f"ask for {dates[0]} or later; kept are the runs of {_listed(dates)} (retention in cdp.toml)",
        )
    latest = max(item.date for item in until)
    return next(item for item in until if item.date == latest)


def published_file(workspace: Workspace, manifest: Manifest) -> Path:
    """The published file of a kept run; built anew from its parquet files where somebody removed it.

    Raises ``NotFoundError`` when these are gone too, ``LockedError`` when a run is under way.
    """
    store = Store(workspace.data)
    path = store.serve / manifest.published
    if not path.is_file():
        _build_anew(workspace, store, manifest)
    return path


def _build_anew(workspace: Workspace, store: Store, manifest: Manifest) -> None:
    gone = [ref.path for refs in manifest.tables.values() for ref in refs if not store.path(ref).is_file()]
    if gone:
        raise NotFoundError(
            f"the published file of {manifest.run_id} is gone, and {gone[0]} with it",
            "'cdp runs list' shows the runs; choose another date",
        )
    parent = next((item for item in store.history() if item.run_id == manifest.parent), None)
    engine = open_engine(workspace.config.engine, memory_limit=workspace.config.resources.memory_limit)
    run = Run(
        workspace, store, engine, manifest.run_id, parent, manifest.date, manifest.as_of, (),
        tables=dict(manifest.tables), counts=dict(manifest.counts),
    )  # fmt: skip
    try:
        with locked(workspace.data):
            publish(run)
    except PublishError as error:
        raise NotFoundError(
            f"the published file of {manifest.run_id} is gone, and its tables break today's contracts",
            "choose another date",
        ) from error
    finally:
        engine.close()


def _listed(dates: list[date]) -> str:
    if len(dates) <= 6:
        return ", ".join(str(item) for item in dates)
    return f"{dates[0]} to {dates[-1]} ({len(dates)} dates)"
