"""Take up what was asked with ``cdp quarantine retry``: rows leave quarantine, and the ledger still balances."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from cdp.ingest.discover import natural_key
from cdp.ingest.landing import Landing
from cdp.ingest.ledger import FileLedger, FileStatus, QuarantinedRow, RetryRequest
from cdp.ingest.restatement import scope_name
from cdp.ingest.retry import Outcome, Retried, retry_feed
from cdp.runs.context import LOG, Run
from cdp.runs.ledgers import OUTCOMES, QUARANTINE, SOURCE_FILES, append, open_ledger, rewrite
from cdp.runs.manifest import run_number

_KEPT = f"""
select q.* replace (
    coalesce(r.reason_codes, q.reason_codes) as reason_codes,
    coalesce(r.detail, q.detail) as detail
)
from {QUARANTINE} as q
left join retried as r on q.file = r.file and q.line = r.line and q.run_id = r.run_id
where coalesce(r.outcome, 'refused') = 'refused'
"""
_BALANCED = f"""
with moved as (
    select
        file,
        run_id,
        count(*) filter (outcome = 'accepted') as accepted,
        count(*) filter (outcome = 'duplicate') as duplicate,
        count(*) filter (outcome = 'superseded') as superseded,
        count(*) filter (outcome <> 'refused') as left_quarantine
    from retried
    group by file, run_id
)
select s.* replace (
    s.rows_accepted + coalesce(m.accepted, 0) as rows_accepted,
    s.rows_duplicate + coalesce(m.duplicate, 0) as rows_duplicate,
    s.rows_superseded + coalesce(m.superseded, 0) as rows_superseded,
    s.rows_quarantined - coalesce(m.left_quarantine, 0) as rows_quarantined
)
from {SOURCE_FILES} as s
left join moved as m on s.file = m.file and s.run_id = m.run_id and s.status = 'loaded'
"""


def take_up(run: Run, landing: Landing, before: Iterable[FileLedger], fresh: Sequence[FileLedger]) -> None:
    """Try again what the open requests name among the rows refused in earlier runs.

    Called when new files are landed: a row that comes back is measured against them too.
    """
    waiting = _waiting(run)
    if waiting:
        ledgers = [*before, *fresh]
        delivered = _delivered(ledgers)
        retried: list[Retried] = []
        for feed in sorted({row.feed for row in waiting}):
            rows = [row for row in waiting if row.feed == feed]
            restated = _restated(run, feed, ledgers, delivered)
            retried += _retry(run, landing, feed, rows, delivered, restated)
        _book(run, retried)
    if run.retries:
        run.retried = max(item.request_id for item in run.retries)


def _waiting(run: Run) -> list[QuarantinedRow]:
    if not run.retries:
        return []
    open_ledger(run, QUARANTINE)
    names = list(QuarantinedRow.__dataclass_fields__)
    found = [
        QuarantinedRow(
            **{**dict(zip(names, row, strict=True)), "reason_codes": tuple(row[names.index("reason_codes")])}
        )
        for row in run.engine.rows(f"select {', '.join(names)} from {QUARANTINE}")
    ]
    found = [row for row in found if row.file_id and row.digest not in run.dismissed]
    return [row for row in found if any(request.wants(row) for request in run.retries)]


def _delivered(ledgers: Iterable[FileLedger]) -> dict[str, int]:
    """For every loaded file when it came: by run, within one in delivery order."""
    loaded = [item for item in ledgers if item.status is FileStatus.loaded]
    loaded.sort(key=lambda item: (run_number(item.run_id), natural_key(item.file)))
    return {item.file_id: number for number, item in enumerate(loaded)}


def _restated(run: Run, feed: str, ledgers: Iterable[FileLedger], delivered: Mapping[str, int]) -> frozenset[str]:
    """Files that a later file of the feed has replaced as a whole."""
    rule = run.workspace.feeds[feed].restates if feed in run.workspace.feeds else None
    if rule is None or rule.by == "column":
        return frozenset()
    files = [item for item in ledgers if item.feed == feed and item.status is FileStatus.loaded]
    scopes = {item.file_id: "" if rule.by == "all" else scope_name(item.file, rule.pattern) for item in files}
    newest: dict[str, int] = {}
    for item in files:
        if item.rows_accepted:
            scope = scopes[item.file_id]
            newest[scope] = max(newest.get(scope, -1), delivered[item.file_id])
    return frozenset(file_id for file_id, scope in scopes.items() if delivered[file_id] < newest.get(scope, -1))


def _retry(
    run: Run,
    landing: Landing,
    feed: str,
    rows: Sequence[QuarantinedRow],
    delivered: Mapping[str, int],
    restated: frozenset[str],
) -> list[Retried]:
    if feed not in run.workspace.feeds:
        run.warn(f"{len(rows)} rows of {feed} could not be tried again: the feed is gone")
        return []
    run.told(f"trying refused rows of {feed} again")
    settings = run.workspace.feeds[feed]
    landed = run.tables.get(f"landed.{feed}", ())
    result = retry_feed(
        landing,
        settings,
        run.workspace.contracts[settings.contract],
        rows,
        [run.store.path(ref) for ref in landed],
        delivered,
        restated,
    )
    run.tables[f"landed.{feed}"] = (*landed, *(run.ref(path, feed) for path in result.paths))
    for warning in result.warnings:
        run.warn(warning)
    counted = Counter(item.outcome for item in result.retried)
    LOG.info("%s: tried again: %s", feed, ", ".join(f"{count} {name}" for name, count in sorted(counted.items())))
    return list(result.retried)


def _book(run: Run, retried: Sequence[Retried]) -> None:
    """Write the three ledgers: files, rows that wait, rows that left."""
    import pyarrow as pa

    if not retried:
        return
    rows = [
        {
            **item.row.as_row(),
            "outcome": item.outcome.value,
            "outcome_run_id": run.run_id,
            "asked_by": _asker(run, item),
        }
        for item in retried
    ]
    names = ("file", "line", "run_id", "outcome", "reason_codes", "detail")
    run.engine.register("retried", pa.table({name: [row[name] for row in rows] for name in names}))
    open_ledger(run, QUARANTINE)
    open_ledger(run, SOURCE_FILES)
    rewrite(run, QUARANTINE, _KEPT)
    rewrite(run, SOURCE_FILES, _BALANCED)
    for name in ("retried", QUARANTINE, SOURCE_FILES):
        run.engine.drop(name)
    append(run, OUTCOMES, [row for row in rows if row["outcome"] != Outcome.refused])
    counted = Counter(item.outcome for item in retried)
    run.counts["rows_retried"] = len(retried)
    for outcome in Outcome:
        run.counts[f"retried_{outcome}"] = counted[outcome]
    if counted[Outcome.refused]:
        run.warn(f"{counted[Outcome.refused]} rows were tried again and refused again (see 'cdp quarantine list')")


def _asker(run: Run, item: Retried) -> str:
    return next((request.asked_by for request in run.retries if request.wants(item.row)), "")


def as_signed(requests: Iterable[RetryRequest]) -> list[dict[str, Any]]:
    """Requests as a run's signature holds them."""
    return [{**asdict(item), "asked_at": item.asked_at.isoformat()} for item in requests]
