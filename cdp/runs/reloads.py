"""Take up what was asked with ``cdp feed reload``: a feed's files are read anew, in the order in which they came.

What earlier readings made of them is taken back first: landed rows, what they superseded, refused rows. Each earlier
entry of the ledger then counts its rows as superseded, so that it balances still.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from cdp.errors import IngestError
from cdp.ingest.checks import text_list
from cdp.ingest.ledger import FileLedger, FileStatus, QuarantinedRow, ReloadRequest
from cdp.ingest.retry import Outcome
from cdp.ingest.stage import LandingResult
from cdp.runs.context import LOG, Run
from cdp.runs.ledgers import OUTCOMES, QUARANTINE, SOURCE_FILES, append, ledgers, open_ledger, rewrite

_FEW = 0.05
"""Share of a feed's rows that may fall away, and one row of each file besides: a title, a total."""

_TAKEN_BACK = f"""
select * replace (
    0 as rows_accepted,
    0 as rows_quarantined,
    rows_superseded + rows_accepted + rows_quarantined as rows_superseded
)
from {SOURCE_FILES}
where {{of_feeds}} and status = 'loaded'
union all
select *
from {SOURCE_FILES}
where not ({{of_feeds}} and status = 'loaded')
"""


def missing_files(asked: Iterable[str], known: Iterable[FileLedger], present: Iterable[str]) -> dict[str, list[str]]:
    """For each feed asked for the loaded files (of ``known``) whose content is none of ``present`` any more."""
    there = set(present)
    found: dict[str, list[str]] = {feed: [] for feed in asked}
    for item in known:
        if item.feed in found and item.status is FileStatus.loaded and item.file_id not in there:
            found[item.feed].append(item.file)
    return found


def take_back(run: Run) -> frozenset[str]:
    """Forget what was made of the feeds that are read anew in this run; gives these feeds.

    A feed of which files are gone is left as it is, and told. The engine must hold ``superseded_rows``.
    """
    if not run.reloads:
        return frozenset()
    missing = missing_files(asked_feeds(run), ledgers(run), (item.file_id for item in run.deliveries))
    for feed, files in sorted(missing.items()):
        if feed not in run.workspace.feeds:
            run.warn(f"{feed} was not read anew: there is no such feed")
        elif files:
            run.warn(_not_anew(feed, files))
    anew = feeds_anew(run, missing)
    if anew:
        _take_back(run, anew)
    run.reloaded = max(item.request_id for item in run.reloads)
    return anew


def feeds_anew(run: Run, missing: Mapping[str, Sequence[str]]) -> frozenset[str]:
    """The feeds asked for that exist and lack no file."""
    return frozenset(feed for feed, files in missing.items() if feed in run.workspace.feeds and not files)


def asked_feeds(run: Run) -> list[str]:
    """The feeds that people want to have read anew."""
    return sorted({item.feed for item in run.reloads})


def _not_anew(feed: str, files: Sequence[str]) -> str:
    named = ", ".join(files[:3]) + (", …" if len(files) > 3 else "")
    return (
        f"{feed} was not read anew: {len(files)} of its files lie no longer in the inbox ({named}); "
        f"put them back, and ask again with 'cdp feed reload {feed}'"
    )


def _take_back(run: Run, anew: frozenset[str]) -> None:
    of_feeds = f"list_contains({text_list(sorted(anew))}, feed)"
    run.engine.execute(f"delete from superseded_rows where {of_feeds}")
    for feed in anew:
        run.tables.pop(f"landed.{feed}", None)
        LOG.info("%s is read anew", feed)
    open_ledger(run, QUARANTINE)
    names = list(QuarantinedRow.__dataclass_fields__)
    waiting = [
        dict(zip(names, row, strict=True))
        for row in run.engine.rows(f"select {', '.join(names)} from {QUARANTINE} where {of_feeds}")
    ]
    if waiting:
        rewrite(run, QUARANTINE, f"select * from {QUARANTINE} where not {of_feeds}")
    run.engine.drop(QUARANTINE)
    by = {item.feed: item.asked_by for item in run.reloads}
    told = {"outcome": Outcome.superseded.value, "outcome_run_id": run.run_id}
    rows = [{**row, **told, "asked_by": by[row["feed"]]} for row in waiting]
    append(run, OUTCOMES, rows, f"{OUTCOMES}.anew.parquet")
    open_ledger(run, SOURCE_FILES)
    rewrite(run, SOURCE_FILES, _TAKEN_BACK.format(of_feeds=of_feeds))
    run.engine.drop(SOURCE_FILES)


def must_be_whole(anew: frozenset[str], before: Iterable[FileLedger], result: LandingResult) -> None:
    """Raise ``IngestError`` when a feed would lose rows: a file that gave some gives none, or many fall away.

    ``before`` is the ledger as it was before anything was taken back. Files are known by their content. A row that is
    read now and is a duplicate, or older than another, is not lost.
    """
    gave: Counter[tuple[str, str]] = Counter()
    for item in before:
        if item.feed in anew and item.status is FileStatus.loaded:
            gave[item.feed or "", item.file_id] += item.rows_accepted
    for feed in sorted(anew):
        total, fallen, files, seen = 0, 0, [], set()
        for item in result.ledgers:
            rows = gave[feed, item.file_id]
            if item.feed != feed or (item.file_id and item.file_id in seen):
                continue
            seen.add(item.file_id)
            if item.status is FileStatus.refused and (feed, item.file_id) in gave:
                _stop(feed, f"{item.file} was loaded before and would be refused now ({item.message})")
            good = item.rows_accepted + item.rows_duplicate + item.rows_superseded
            if rows and not good:
                _stop(feed, f"{item.file} gave {rows} rows before and would give none now")
            total += rows
            if good < rows:
                fallen += rows - good
                files.append(item.file)
        unread = {file_id for (name, file_id), rows in gave.items() if name == feed and rows} - seen
        if unread:
            held = [item.file for item in result.waiting if item.feed == feed]
            _stop(feed, f"{len(unread)} of its files would not be read now (waiting: {', '.join(held[:3])})")
        if fallen > _FEW * total + len(files):
            _stop(feed, f"{fallen} of its {total} rows would fall away, in {', '.join(files[:3])}")


def _stop(feed: str, why: str) -> None:
    raise IngestError(
        f"{feed} cannot be read anew: {why}; nothing was published",
        f"correct the feed's feed.yaml, or leave it as it was: cdp feed reload {feed} --undo",
    )


def as_signed(requests: Iterable[ReloadRequest]) -> list[dict[str, Any]]:
    """Requests as a run's signature holds them."""
    return [{**asdict(item), "asked_at": item.asked_at.isoformat()} for item in requests]
