"""The stages that have what landed judged, keep what was measured, and write the run's quality page."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from cdp.errors import GateError
from cdp.ingest.checks import quoted
from cdp.ingest.ledger import digest_of
from cdp.ingest.mapping import empty_table
from cdp.quality import DeliveredFeed, GateResult, write_report
from cdp.quality.bounds import silence_bounds
from cdp.quality.history import (
    CHECKS,
    HEADER_COLUMNS,
    HEADERS,
    KEPT_RUNS,
    SKETCH_COLUMNS,
    SKETCHES,
    FeedHistory,
    Header,
    empty_headers,
    empty_sketches,
    header_rows,
    read_history,
    sketch_rows,
)
from cdp.quality.judging import Request
from cdp.quality.report import FileLine, RunFacts
from cdp.runs.context import Run
from cdp.runs.ledgers import QUARANTINE, SOURCE_FILES, open_ledger

_MET = "select distinct feed from source_files where run_id = $run_id"

_LEDGERS = """
select
    feed,
    sum(rows_read)::bigint as rows_read,
    sum(rows_accepted)::bigint as rows_accepted,
    sum(rows_quarantined)::bigint as rows_quarantined,
    sum(rows_duplicate)::bigint as rows_duplicate,
    sum(rows_superseded)::bigint as rows_superseded
from source_files
where run_id = $run_id and status in ('loaded', 'empty')
group by feed
order by feed
"""
_FILES = """
select
    file, coalesce(feed, ''), status, rows_read, rows_accepted, rows_quarantined, rows_duplicate, rows_superseded,
    coalesce(message, '')
from source_files
where run_id = $run_id and (status <> 'unknown' or file not in (select file from source_files where run_id <> $run_id))
order by feed, file
"""
_REASONS = """
select feed, reason_code, count(*) as count_rows
from (select feed, unnest(reason_codes) as reason_code from quarantine_rows where run_id = $run_id)
group by feed, reason_code
order by feed, count_rows desc, reason_code
"""


def keep_headers(run: Run, headers: Mapping[str, Sequence[Header]]) -> None:
    """Remember which columns the feeds' files had."""
    rows = [row for feed, found in sorted(headers.items()) for row in header_rows(run.run_id, feed, found)]
    _add(run, HEADERS, HEADER_COLUMNS, rows)


def left_out(run: Run) -> dict[str, frozenset[str]]:
    """Per feed that has delivered before, the columns that its contract left out from the start."""
    refs = run.parent.tables.get(HEADERS, ()) if run.parent else ()
    if not refs:
        return {}
    run.engine.read_parquet(HEADERS, [run.store.path(ref) for ref in refs])
    rows = run.engine.rows(
        "select feed, list(distinct header) filter (where property is null and not is_aside) "
        f"from {HEADERS} group by feed"
    )
    run.engine.drop(HEADERS)
    return {feed: frozenset(headers or ()) for feed, headers in rows}


def gate(run: Run) -> None:
    """New landed rows go to be judged, beside the stages that follow; nothing is published without the verdict."""
    run.judging.begin(_request(run, _history(run)))


def verdict(run: Run) -> None:
    """What came of judging → findings, history and quality page; a finding of severity stop ends the run."""
    past = _history(run)
    if run.judging.request is None:
        run.judging.begin(_request(run, past))
    results = run.judging.results()
    shutil.rmtree(run.folder / "spill", ignore_errors=True)
    page = write_report(results, run.folder / "quality", _facts(run, past))
    _keep(run, results)
    _tell(run, results, str(page))


def _request(run: Run, past: Mapping[str, FeedHistory]) -> Request:
    open_ledger(run, SOURCE_FILES)
    inputs = _deliveries(run, past, _headers_tonight(run))
    met = {feed for (feed,) in run.engine.rows(_MET, {"run_id": run.run_id})}
    inputs += _silent(run, past, met)
    run.engine.drop(SOURCE_FILES)
    resources = run.workspace.config.resources
    return Request(
        inputs,
        run.as_of,
        run.date,
        run.workspace.nightly.quality,
        run.folder / "spill",
        resources.memory_limit,
        resources.threads,
    )


def _facts(run: Run, past: Mapping[str, FeedHistory]) -> RunFacts:
    """What the page tells of the run besides the verdicts."""
    for name in (SOURCE_FILES, QUARANTINE):
        open_ledger(run, name)
    named = {"run_id": run.run_id}
    facts = RunFacts(
        run.run_id,
        run.date.isoformat(),
        [FileLine(row[0], row[1], row[2], tuple(row[3:8]), row[8]) for row in run.engine.rows(_FILES, named)],
        [(row[0], row[1], row[2]) for row in run.engine.rows(_REASONS, named)],
        past,
    )
    for name in (SOURCE_FILES, QUARANTINE):
        run.engine.drop(name)
    return facts


def _deliveries(
    run: Run, past: Mapping[str, FeedHistory], headers: Mapping[str, Sequence[Header]]
) -> list[DeliveredFeed]:
    """What came tonight; a feed that is read anew is no delivery."""
    before = run.parent.tables if run.parent else {}
    dismissed = _dismissed(run)
    found = []
    for feed, *counts in run.engine.rows(_LEDGERS, {"run_id": run.run_id}):
        if feed in run.counts.get("feeds_anew", ()):
            continue
        known = {ref.path for ref in before.get(f"landed.{feed}", ())}
        fresh = [run.store.path(ref) for ref in run.tables.get(f"landed.{feed}", ()) if ref.path not in known]
        names = ("rows_read", "rows_accepted", "rows_quarantined", "rows_duplicate", "rows_superseded")
        ledger = dict(zip(names, counts, strict=True)) | {"rows_dismissed": dismissed[feed]}
        contract = run.workspace.contracts[run.workspace.feeds[feed].contract]
        earlier = past.get(feed, FeedHistory())
        found.append(DeliveredFeed(feed, contract, fresh, ledger, earlier, tuple(headers.get(feed, ()))))
    return found


def _dismissed(run: Run) -> Counter[str]:
    """How many of tonight's refused rows a person has put away, by feed."""
    if not run.dismissed:
        return Counter()
    open_ledger(run, QUARANTINE)
    found = run.engine.rows(f"select feed, raw from {QUARANTINE} where run_id = $run_id", {"run_id": run.run_id})
    run.engine.drop(QUARANTINE)
    return Counter(feed for feed, raw in found if digest_of(feed, raw) in run.dismissed)


def _silent(run: Run, past: Mapping[str, FeedHistory], met: set[str]) -> list[DeliveredFeed]:
    """Feeds of which no file came tonight, and that have delivered often enough to be missed."""
    return [
        DeliveredFeed(name, run.workspace.contracts[feed.contract], (), {}, past[name], is_silent=True)
        for name, feed in sorted(run.workspace.feeds.items())
        if name in past and name not in met and silence_bounds(past[name].delivered)
    ]


def _history(run: Run) -> dict[str, FeedHistory]:
    """What earlier runs measured. Headers of this run stand in the table already and are left out."""
    empty = {
        CHECKS: empty_table(run.workspace.tables[CHECKS]),
        SKETCHES: empty_sketches(),
        HEADERS: empty_headers(),
    }
    parent = run.parent.tables if run.parent else {}
    for name, nothing in empty.items():
        refs = parent.get(name, ())
        if refs:
            run.engine.read_parquet(name, [run.store.path(ref) for ref in refs])
        else:
            run.engine.create_table(name, nothing)
    history = read_history(run.engine)
    for name in empty:
        run.engine.drop(name)
    return history


def _headers_tonight(run: Run) -> dict[str, list[Header]]:
    known = set(run.parent.tables.get(HEADERS, ())) if run.parent else set()
    fresh = [run.store.path(ref) for ref in run.tables.get(HEADERS, ()) if ref not in known]
    if not fresh:
        return {}
    run.engine.read_parquet("headers_tonight", fresh)
    found: dict[str, list[Header]] = {}
    rows = run.engine.rows(
        "select feed, header, coalesce(type, ''), property, is_aside from headers_tonight order by all"
    )
    for feed, *header in rows:
        found.setdefault(feed, []).append(Header(*header))
    run.engine.drop("headers_tonight")
    return found


def _keep(run: Run, results: Sequence[GateResult]) -> None:
    types = {item.name: item.type for item in run.workspace.tables[CHECKS].properties}
    about = {"run_id": run.run_id, "business_date": run.date}
    _add(run, CHECKS, types, [{**about, **asdict(row)} for result in results for row in result.rows])
    sketches = [row for result in results for row in sketch_rows(run.run_id, result.feed, result.sketches)]
    _add(run, SKETCHES, SKETCH_COLUMNS, sketches)


def _add(run: Run, name: str, types: Mapping[str, str], rows: Sequence[Mapping[str, Any]]) -> None:
    """Add rows to a table of the history; what is older than the history reaches falls off."""
    import pyarrow as pa

    if not rows:
        return
    run.engine.register("measured", pa.table({column: [row[column] for row in rows] for column in types}))
    casts = ", ".join(f"{quoted(column)}::{kind} as {quoted(column)}" for column, kind in types.items())
    ref = run.keep(name, f"select {casts} from measured order by all")
    run.engine.drop("measured")
    run.tables[name] = (*run.tables.get(name, ())[-(KEPT_RUNS - 1) :], ref)


def _tell(run: Run, results: Sequence[GateResult], page: str) -> None:
    stopping = []
    for result in results:
        for finding in result.findings:
            told = f"{result.feed}: {finding.message}"
            run.warn(told)
            if finding.severity == "stop":
                stopping.append(told)
    run.counts["quality_findings"] = sum(len(result.findings) for result in results)
    if stopping and run.workspace.nightly.quality_stop == "stop":
        raise GateError(
            f"the quality gate stopped the run: {'; '.join(stopping)}",
            f"see {page}; mend the export, or set qualityStop: warn in pipelines/nightly.yaml",
        )
