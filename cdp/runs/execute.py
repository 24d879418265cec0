"""Plan a run, execute its stages, resume what was interrupted, commit."""

from __future__ import annotations

import json
import logging
import re
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fnmatch import fnmatch
from hashlib import sha256
from pathlib import Path
from zoneinfo import ZoneInfo

from cdp.engines import Engine, open_engine
from cdp.errors import CdpError, GateError
from cdp.identity.decisions import fingerprint
from cdp.ingest.discover import Delivery, by_path, discover
from cdp.ingest.stage import History, is_held, new_deliveries
from cdp.runs import reloads, retries
from cdp.runs.code import code_signature
from cdp.runs.context import LOG, Run
from cdp.runs.gate import verdict
from cdp.runs.ledgers import history
from cdp.runs.lock import locked
from cdp.runs.manifest import Manifest, Store
from cdp.runs.stages import STAGES, held_back, is_told, not_read
from cdp.workspace import Workspace
from cdp.workspace.control import Control
from cdp.workspace.dismissals import Dismissals


@dataclass(frozen=True)
class RunOutcome:
    """What a run came to. ``manifest`` is the one in force afterwards."""

    manifest: Manifest | None
    published: bool
    warnings: tuple[str, ...]
    seconds: float

    @property
    def exit_code(self) -> int:
        """0 done, 4 done with warnings."""
        return 4 if self.warnings else 0


class Progress:
    """Hears what a run is doing; the default says nothing."""

    def stage(self, number: int, count: int, name: str) -> None:
        """A stage begins."""

    def step(self, words: str) -> None:
        """Something within the stage begins."""


def end_of_day(day: date, zone: str) -> datetime:
    """The instant at which a business date ends, as naive UTC."""
    midnight = datetime.combine(day + timedelta(days=1), datetime.min.time(), ZoneInfo(zone))
    return midnight.astimezone(ZoneInfo("UTC")).replace(tzinfo=None)


def _check_disk(workspace: Workspace, deliveries: Sequence[Delivery]) -> None:
    free = shutil.disk_usage(workspace.data).free
    needed = workspace.config.resources.free_disk_gb * 2**30 + 4 * sum(item.size for item in deliveries)
    if free < needed:
        raise CdpError(
            f"{workspace.data}: {free / 2**30:.1f} GB free, {needed / 2**30:.1f} GB needed",
            "free some space ('cdp vacuum' drops old versions), or lower free_disk_gb in cdp.toml",
        )


@contextmanager
def _log_to(path: Path) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    handler = logging.FileHandler(path, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    LOG.setLevel(logging.INFO)
    LOG.addHandler(handler)
    try:
        yield
    finally:
        LOG.removeHandler(handler)
        handler.close()


def _ignored(workspace: Workspace, item: Delivery) -> bool:
    below = item.name.partition("/")[2]
    return item.feed is None and any(fnmatch(below, pattern) for pattern in workspace.config.ignore)


def _signature(run: Run, inbox: Path) -> str:
    content = {
        "inbox": str(inbox.resolve()),
        "date": run.date.isoformat(),
        "config": run.workspace.fingerprint,
        "parent": run.parent.run_id if run.parent else None,
        "files": [[item.name, item.file_id] for item in run.deliveries],
        "decisions": fingerprint(run.decisions),
        "retries": retries.as_signed(run.retries),
        "reloads": reloads.as_signed(run.reloads),
        "code": code_signature(),
    }
    return sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _begin(workspace: Workspace, store: Store, engine: Engine, deliveries: Sequence[Delivery], day: date) -> Run:
    parent = store.head()
    if parent:
        store.show(parent)
    day_kept = max(day, parent.date) if parent else day
    control = Control(workspace.data)
    retried, reloaded = (parent.retried, parent.reloaded) if parent else (0, 0)
    return Run(
        workspace,
        store,
        engine,
        store.next_run_id(day_kept),
        parent,
        day_kept,
        end_of_day(day_kept, workspace.config.time_zone),
        deliveries,
        control.decisions(),
        control.retries(after=retried),
        retried,
        control.reloads(after=reloaded),
        reloaded,
        Dismissals(control).digests(),
        tables=dict(parent.tables) if parent else {},
        fingerprints=dict(parent.fingerprints) if parent else {},
        model=parent.model if parent else None,
    )


def _is_settled(run: Run, day: date) -> bool:
    """Whether a run without new files would only repeat what is published."""
    return (
        run.parent is not None
        and run.parent.config == run.workspace.fingerprint
        and run.parent.decisions == fingerprint(run.decisions)
        and not run.retries
        and not run.reloads
        and day <= run.parent.date
    )


def _unheard_of(deliveries: Sequence[Delivery], known: History) -> tuple[str, ...]:
    """Files that no run has told about yet: of no feed, or not to be read now."""
    unclaimed = (i for i in deliveries if i.feed is None and not is_told(i.name, i.trouble, known.unknown))
    waiting = (item for item in deliveries if item.feed and item.trouble)
    return (*(not_read(item.name, item.trouble) for item in unclaimed), *(f"{i.name}: {i.trouble}" for i in waiting))


def _still_held(held: Sequence[Delivery]) -> Iterator[str]:
    for feed in sorted({item.feed for item in held if item.feed}):
        yield held_back(feed, [item.name for item in held if item.feed == feed])


def _finish(run: Run) -> Manifest:
    manifest = Manifest(
        run.run_id,
        run.parent.run_id if run.parent else None,
        run.date,
        run.as_of,
        run.engine.name,
        run.workspace.fingerprint,
        dict(sorted(run.tables.items())),
        run.fingerprints,
        f"cdp_{run.run_id}.duckdb",
        run.model,
        {**run.counts, "warnings": len(run.warnings)},
        fingerprint(run.decisions),
        run.retried,
        run.reloaded,
    )
    run.store.commit(manifest)
    (run.store.data / "pending.json").unlink(missing_ok=True)
    return manifest


def _without_values(message: str) -> str:
    """A message for the log: what stands in quotes may be somebody's data."""
    first = message.splitlines()[0] if message else ""
    return re.sub(r"'[^']*'|\"[^\"]*\"", "…", first)


def _blame_delivery(run: Run, error: Exception) -> None:
    """When a stage fails on a delivery that the quality gate would have stopped, say that: it is the cause."""
    if isinstance(error, GateError) or run.judging.request is None:
        return
    try:
        verdict(run)
    except GateError as stopped:
        LOG.error("%s", _without_values(stopped.message))
        raise stopped from error


def _execute(run: Run, inbox: Path, progress: Progress) -> Manifest:
    signature = _signature(run, inbox)
    resumed = run.resume(signature)
    run.told = progress.step
    with _log_to(run.folder / "run.log"):
        LOG.info("run %s of %s, business date %s", run.run_id, run.workspace.config.name, run.date)
        if resumed:
            LOG.info("resuming after: %s", ", ".join(run.done))
        try:
            for number, (name, stage) in enumerate(STAGES, 1):
                if name in run.done:
                    continue
                progress.stage(number, len(STAGES), name)
                started = time.monotonic()
                stage(run)
                run.save(name, signature)
                LOG.info("stage %s took %.1f s", name, time.monotonic() - started)
        except Exception as error:
            LOG.error("%s: %s", type(error).__name__, _without_values(str(error)))
            _blame_delivery(run, error)
            raise
        finally:
            run.judging.close()
        manifest = _finish(run)
        LOG.info("published %s", manifest.published)
    return manifest


def run(
    workspace: Workspace,
    *,
    inbox: Path | None = None,
    business_date: date | None = None,
    progress: Progress | None = None,
    now: Callable[[ZoneInfo], datetime] = datetime.now,
    verify_incremental: bool = False,
) -> RunOutcome:
    """Run the nightly pipeline once.

    ``business_date`` decides what counts as past; the clock is read only when it is not given. With nothing
    new, and a date not later than the published one, nothing is published. Raises ``CdpError`` subclasses.
    """
    started = time.monotonic()
    inbox = inbox or workspace.inbox
    day = business_date or now(ZoneInfo(workspace.config.time_zone)).date()
    store = Store(workspace.data)
    with locked(workspace.data):
        found = by_path(discover(inbox, workspace.feeds.values()), workspace.feeds, workspace.contracts)
        deliveries = [item for item in found if not _ignored(workspace, item)]
        resources = workspace.config.resources
        spill = workspace.data / "spill"
        engine = open_engine(
            workspace.config.engine,
            temp_dir=spill,
            memory_limit=resources.memory_limit,
            threads=resources.threads,
        )
        try:
            current = _begin(workspace, store, engine, deliveries, day)
            current.verify_incremental = verify_incremental
            known = history(current)
            fresh = new_deliveries(deliveries, known)
            held = [item for item in fresh if is_held(item, deliveries, known)]
            if len(held) == len(fresh) and _is_settled(current, day):
                return RunOutcome(
                    current.parent,
                    published=False,
                    warnings=(*_unheard_of(deliveries, known), *_still_held(held)),
                    seconds=time.monotonic() - started,
                )
            _check_disk(workspace, fresh)
            manifest = _execute(current, inbox, progress or Progress())
        finally:
            engine.close()
            shutil.rmtree(spill, ignore_errors=True)
        if day < manifest.date:
            current.warn(f"business date stays {manifest.date}: {day} is earlier than the last published run")
    return RunOutcome(manifest, published=True, warnings=tuple(current.warnings), seconds=time.monotonic() - started)
