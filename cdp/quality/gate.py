"""Judge deliveries: may this night's data go on, and what should a person know about it?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cdp.contracts.model import Contract
from cdp.engines import open_engine
from cdp.engines.duckdb import DuckDBEngine, literal, quote
from cdp.quality.suite import FILE, Check, Severity, build_suite, future_checks, newest_measure, volume_check

if TYPE_CHECKING:
    from cdp.quality.expectations import Batch, Outcome

FEWEST_TO_STOP = 10
"""Quarantined rows needed before their share alone may stop a run: one bad row of one is no catastrophe."""
LEDGER_KEYS = ("rows_read", "rows_accepted", "rows_quarantined", "rows_duplicate", "rows_superseded")


@dataclass(frozen=True)
class DeliveredFeed:
    """What one feed delivered in a run.

    ``files`` are its landed parquet files, ``ledger`` the sums of its file ledgers (``rows_read``,
    ``rows_accepted``, ``rows_quarantined``, ``rows_duplicate``, ``rows_superseded``; a missing one is 0),
    ``recent_rows`` the accepted rows of recent deliveries.
    """

    feed: str
    contract: Contract
    files: Sequence[Path]
    ledger: Mapping[str, int]
    recent_rows: Sequence[int] = ()


@dataclass(frozen=True)
class Finding:
    """A broken promise. ``observed`` is a count, share or measure, never a value from a row."""

    severity: Severity
    expectation: str
    column: str | None
    observed: float | None
    message: str


@dataclass(frozen=True)
class GateResult:
    """The verdict on one feed's delivery; ``passed`` means that no promise with severity stop is broken."""

    feed: str
    passed: bool
    findings: tuple[Finding, ...]
    result_json: dict[str, Any]

    @property
    def has_warnings(self) -> bool:
        """Whether a promise with severity warn is broken."""
        return any(finding.severity == "warn" for finding in self.findings)


@dataclass(frozen=True)
class _Plan:
    """A delivery with its measures and the checks that make sense for it."""

    delivered: DeliveredFeed
    measures: Mapping[str, float]
    checks: tuple[Check, ...]


def judge(
    contract: Contract,
    files: Sequence[Path],
    *,
    ledger: Mapping[str, int],
    as_of: datetime,
    recent_rows: Sequence[int] = (),
    feed: str | None = None,
) -> GateResult:
    """Judge one delivery; several are judged faster together by ``judge_all``."""
    delivered = DeliveredFeed(feed or contract.name, contract, files, ledger, recent_rows)
    return judge_all([delivered], as_of=as_of)[0]


def judge_all(
    deliveries: Sequence[DeliveredFeed],
    *,
    as_of: datetime,
    temp_dir: Path | None = None,
    memory_limit: str | None = None,
    threads: int | None = None,
) -> list[GateResult]:
    """Judge every delivery of a run by Great Expectations on one DuckDB, in the order given.

    ``as_of`` is naive UTC. ``temp_dir`` is where DuckDB may spill, ``memory_limit`` is in its own notation.
    """
    if not deliveries:
        return []
    from cdp.quality.expectations import Batch, evaluate

    engine = open_engine("duckdb", temp_dir=temp_dir, memory_limit=memory_limit, threads=threads)
    assert isinstance(engine, DuckDBEngine)
    try:
        plans = [_plan(engine, f"feed_{n}", each, as_of) for n, each in enumerate(deliveries)]
        batches: list[Batch] = []
        for number, plan in enumerate(plans):
            for on in ("rows", "delivery"):
                name = f"feed_{number}_{on}"
                checks = [check for check in plan.checks if check.on == on]
                batches.append(Batch(name, f"select * from {name}", checks))
        outcomes = evaluate(batches, engine)
    finally:
        engine.close()
    paired = zip(plans, outcomes[0::2], outcomes[1::2], strict=True)
    return [_verdict(plan, [*of_rows, *of_delivery], as_of) for plan, of_rows, of_delivery in paired]


def _plan(engine: DuckDBEngine, name: str, delivered: DeliveredFeed, as_of: datetime) -> _Plan:
    """Make the views ``<name>_rows`` and ``<name>_delivery`` that the checks read."""
    contract = delivered.contract
    suite = [*build_suite(contract), *future_checks(contract, as_of)]
    if (volume := volume_check(delivered.recent_rows)) is not None:
        suite.append(volume)
    source = _source(delivered)
    present = {row[0] for row in engine.rows(f"describe select * from {source}")}
    suite = [check for check in suite if present.issuperset(check.needs)]
    wanted = {f"{check.projection} as {quote(check.kwargs['column'])}" for check in suite if check.projection}
    columns = [quote(name) for name in (*(item.name for item in contract.properties), FILE) if name in present]
    selected = ", ".join([*columns, *sorted(wanted)])
    engine.execute(f"create view {name}_rows as select {selected} from {source}")
    measures = _measures(engine, f"{name}_rows", delivered, suite, as_of)
    told = ", ".join(f"cast({value!r} as double) as {quote(key)}" for key, value in measures.items())
    engine.execute(f"create view {name}_delivery as select {told}")
    kept = (check for check in suite if _makes_sense(check, measures))
    ordered = sorted(kept, key=lambda check: check.on == "delivery")
    return _Plan(delivered, measures, tuple(_softened(check, measures) for check in ordered))


def _makes_sense(check: Check, measures: Mapping[str, float]) -> bool:
    """Whether there is anything to judge: no rows have no values, and a pure repetition brings no rows."""
    if check.on == "delivery":
        return check.kwargs["column"] in measures
    if measures["rows_landed"]:
        return True
    repeated = measures["rows_duplicate"] + measures["rows_superseded"]
    return check.expectation == "expect_table_row_count_to_be_between" and not repeated


def _softened(check: Check, measures: Mapping[str, float]) -> Check:
    few = measures["rows_quarantined"] < FEWEST_TO_STOP
    if check.severity == "stop" and check.kwargs.get("column") == "quarantine_share" and few:
        return replace(check, severity="warn")
    return check


def _source(delivered: DeliveredFeed) -> str:
    if delivered.files:
        listed = ", ".join(literal(file) for file in delivered.files)
        return f"read_parquet([{listed}], union_by_name = true, hive_partitioning = false)"
    columns = ", ".join(f"cast(null as varchar) as {quote(p.name)}" for p in delivered.contract.properties)
    return f"(select {columns} where false)"


def _measures(
    engine: DuckDBEngine, rows: str, delivered: DeliveredFeed, suite: Sequence[Check], as_of: datetime
) -> dict[str, float]:
    """The delivery as one row of numbers: its ledger, the share quarantined, the age of its newest row."""
    measures: dict[str, float] = {key: int(delivered.ledger.get(key, 0)) for key in LEDGER_KEYS}
    read = measures["rows_read"]
    measures["rows_landed"] = int(engine.scalar(f"select count(*) from {rows}"))
    measures["quarantine_share"] = measures["rows_quarantined"] / read if read else 0.0
    aged = {check.column for check in suite if str(check.kwargs.get("column")).startswith(newest_measure(""))}
    contract = delivered.contract
    if contract.version and contract.find(contract.version).logical_type in {"date", "timestamp"}:
        aged.add(contract.version)
    have = engine.columns(rows)
    for column in sorted(name for name in aged if name in have):
        newest = f"max(cast({quote(column)} as timestamp))"
        seconds = engine.scalar(f"select date_diff('second', {newest}, $as_of) from {rows}", {"as_of": as_of})
        if seconds is not None:
            measures[newest_measure(column)] = round(seconds / 86_400, 3)
    return measures


def _verdict(plan: _Plan, outcomes: Sequence[Outcome], as_of: datetime) -> GateResult:
    from cdp.quality.expectations import NO_VALUES, VERSION

    pairs = list(zip(plan.checks, outcomes, strict=True))
    findings = tuple(_finding(check, outcome) for check, outcome in pairs if not outcome.success)
    passed = all(finding.severity != "stop" for finding in findings)
    feed = plan.delivered.feed
    result = {
        "feed": feed,
        "contract": plan.delivered.contract.name,
        "as_of": as_of.isoformat(sep=" "),
        "passed": passed,
        "great_expectations_version": VERSION,
        "result_format": NO_VALUES,
        "measures": dict(plan.measures),
        "checks": [_told(check, outcome) for check, outcome in pairs],
    }
    return GateResult(feed, passed, findings, result)


def _told(check: Check, outcome: Outcome) -> dict[str, Any]:
    return {
        "expectation": check.expectation,
        "on": check.on,
        "column": check.column,
        "kwargs": {key: _plain(value) for key, value in check.kwargs.items()},
        "severity": check.severity,
        "promise": check.reason,
        "success": outcome.success,
        "result": dict(outcome.counts),
        "error": outcome.error,
    }


def _plain(value: object) -> object:
    return value.isoformat(sep=" ") if isinstance(value, datetime) else value


def _finding(check: Check, outcome: Outcome) -> Finding:
    """Say in words what was promised and what came instead; a check that fails to run stops the run."""
    if outcome.error:
        message = f"{check.reason}: could not be judged ({outcome.error})"
        return Finding("stop", check.expectation, check.column, None, message)
    counts = outcome.counts
    if "unexpected_count" in counts:
        broken, rows = int(counts["unexpected_count"]), int(counts["element_count"])
        message = f"{check.reason}: {broken:,} of {rows:,} rows break this"
        return Finding(check.severity, check.expectation, check.column, broken, message)
    observed = counts.get("observed_value")
    message = f"{check.reason}: {_observation(check, observed)}"
    return Finding(check.severity, check.expectation, check.column, observed, message)


def _observation(check: Check, observed: float | None) -> str:
    if observed is None:
        return "it is missing" if check.expectation == "expect_column_to_exist" else "there are no values"
    if "non_null" in check.expectation:
        return f"it is {1 - observed:.1%}"
    if "share" in check.reason or "proportion" in check.expectation or "quarantined" in check.reason:
        return f"it is {observed:.1%}"
    return f"it is {observed:,.0f}" if observed == int(observed) else f"it is {observed:,.3g}"
