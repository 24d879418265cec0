"""From what was measured and judged to findings, rows of ``quality_checks`` and a JSON for programs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cdp.quality.drift import Measure
from cdp.quality.headers import ColumnChange
from cdp.quality.settings import COLUMN_KINDS, QualityRule, Severity, ruling
from cdp.quality.sketches import Sketch
from cdp.quality.suite import Check

if TYPE_CHECKING:
    from cdp.quality.expectations import Outcome


@dataclass(frozen=True)
class Finding:
    """A broken promise. ``observed`` is a count, share or measure, never a value from a row."""

    severity: Severity
    expectation: str
    column: str | None
    observed: float | None
    message: str


@dataclass(frozen=True)
class CheckRow:
    """One row of ``quality_checks``; ``outcome`` is kept, broken, or why it could not be judged."""

    feed: str
    check_kind: str
    column_name: str | None
    value: float | None
    bound_low: float | None
    bound_high: float | None
    basis: str
    count_history: int
    severity: Severity
    outcome: str
    message: str


@dataclass(frozen=True)
class GateResult:
    """The verdict on one feed's delivery; ``passed`` means that no promise with severity stop is broken.

    ``rows`` and ``sketches`` become part of the history, ``changes`` are differences between columns.
    """

    feed: str
    passed: bool
    findings: tuple[Finding, ...]
    result_json: dict[str, Any]
    rows: tuple[CheckRow, ...] = ()
    sketches: tuple[Sketch, ...] = ()
    changes: tuple[ColumnChange, ...] = ()

    @property
    def has_warnings(self) -> bool:
        """Whether a promise with severity warn is broken."""
        return any(finding.severity == "warn" for finding in self.findings)


@dataclass(frozen=True)
class Judged:
    """Everything known of one feed's delivery once Great Expectations has judged it."""

    feed: str
    contract: str
    counts: Mapping[str, float]
    pairs: Sequence[tuple[Check, Outcome]]
    measures: Sequence[Measure]
    changes: Sequence[ColumnChange]
    sketches: Sequence[Sketch]


def conclude(judged: Judged, as_of: datetime, rules: Sequence[QualityRule]) -> GateResult:
    """The verdict on one delivery."""
    from cdp.quality.expectations import NO_VALUES, VERSION

    findings: list[Finding] = []
    rows: list[CheckRow] = []
    for check, outcome in judged.pairs:
        if check.basis == "contract":
            finding = None if outcome.success else _finding(check, outcome)
            rows.append(_contract_row(judged.feed, check, outcome, finding))
            findings += [finding] if finding else []
        elif not outcome.success:
            findings += _measure_findings(check, outcome, judged.measures)
    rows += [_measure_row(judged.feed, each) for each in judged.measures]
    for finding, row in _told_changes(judged, rules):
        findings += [finding] if finding else []
        rows.append(row)
    passed = all(finding.severity != "stop" for finding in findings)
    result = {
        "feed": judged.feed,
        "contract": judged.contract,
        "as_of": as_of.isoformat(sep=" "),
        "passed": passed,
        "great_expectations_version": VERSION,
        "result_format": NO_VALUES,
        "measures": dict(judged.counts),
        "checks": [_told(check, outcome) for check, outcome in judged.pairs],
        "history": [asdict(row) for row in rows if row.basis != "contract"],
        "findings": [asdict(finding) for finding in findings],
    }
    return GateResult(
        judged.feed, passed, tuple(findings), result, tuple(rows), tuple(judged.sketches), tuple(judged.changes)
    )


def _contract_row(feed: str, check: Check, outcome: Outcome, finding: Finding | None) -> CheckRow:
    counts = outcome.counts
    value = counts.get("unexpected_count", counts.get("observed_value"))
    low, high = (check.kwargs.get(name) for name in ("min_value", "max_value"))
    return CheckRow(
        feed,
        check.kind,
        check.column,
        None if value is None else float(value),
        float(low) if isinstance(low, int | float) else None,
        float(high) if isinstance(high, int | float) else None,
        "contract",
        0,
        finding.severity if finding else check.severity,
        "broken" if finding else "kept",
        finding.message if finding else check.reason,
    )


def _measure_row(feed: str, measure: Measure) -> CheckRow:
    bounds = measure.bounds
    outcome = measure.status if bounds is None else "kept" if measure.is_kept else "broken"
    return CheckRow(
        feed,
        measure.kind,
        measure.column,
        measure.value,
        bounds.low if bounds else None,
        bounds.high if bounds else None,
        measure.basis,
        bounds.count if bounds else 0,
        measure.severity,
        outcome,
        measure.message,
    )


def _measure_findings(check: Check, outcome: Outcome, measures: Sequence[Measure]) -> Iterator[Finding]:
    """What the broken check stands for: one finding per measure outside its bounds."""
    broken = [
        each
        for each in measures
        if each.kind == check.kind
        and not each.is_kept
        and (each.severity == check.severity or each.kind not in COLUMN_KINDS)
    ]
    if outcome.error or not broken:
        message = f"{check.reason}: could not be judged ({outcome.error or 'no measure lies outside'})"
        yield Finding("stop", check.expectation, None, None, message)
        return
    for each in broken:
        yield Finding(each.severity, check.expectation, each.column, each.value, each.message)


def _told_changes(judged: Judged, rules: Sequence[QualityRule]) -> Iterator[tuple[Finding | None, CheckRow]]:
    for change in judged.changes:
        severity = ruling(rules, judged.feed, "columns").severity or "warn"
        if severity == "off":
            continue
        news = change.is_news
        finding = Finding(severity, change.change, change.column, None, change.message) if news else None
        yield (
            finding,
            CheckRow(
                judged.feed, "columns", change.column, None, None, None, "history", 0, severity,
                "broken" if news else "kept", change.message,
            ),
        )  # fmt: skip


def _told(check: Check, outcome: Outcome) -> dict[str, Any]:
    return {
        "expectation": check.expectation,
        "kind": check.kind,
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
