"""Measure a delivery and hold it against the feed's own history: volume, nulls, types, values, quantiles, age."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from cdp.quality.bounds import (
    FEWEST_RECENT,
    FEWEST_ROWS,
    RECENT,
    Bounds,
    age_bounds,
    distance_bounds,
    share_bounds,
    silence_bounds,
    volume_bounds,
)
from cdp.quality.distances import Distance, quantile_distance, value_distance
from cdp.quality.history import FeedHistory
from cdp.quality.settings import CheckKind, QualityRule, Severity, ruling
from cdp.quality.sketches import MANY_VALUES, OTHER, Sketch

Status = Literal["judged", "too_little_history", "few_rows"]
NULL_SLACK = 0.05
TYPE_SLACK = 0.10
QUARANTINE_SLACK = 0.02
AGE_SLACK = 1.0
LEAST_KS = 0.15
LEAST_PSI = 0.25
"""A shift above this is commonly called significant (Siddiqi 2006)."""


@dataclass(frozen=True)
class Measure:
    """One value of a delivery and where it should lie. ``bounds`` is ``None`` where nothing can be said yet."""

    kind: CheckKind
    column: str | None
    value: float
    bounds: Bounds | None
    severity: Severity = "warn"
    status: Status = "judged"
    basis: Literal["history", "settings"] = "history"
    note: str = ""

    @property
    def is_kept(self) -> bool:
        """Whether the value lies within its bounds, or cannot be judged."""
        return self.bounds is None or self.bounds.holds(self.value)

    @property
    def message(self) -> str:
        """What was seen and what was expected, in words, without any value of a row."""
        return f"{_seen(self)}; {_expected(self)}"


def _seen(measure: Measure) -> str:
    value, column = measure.value, measure.column
    match measure.kind:
        case "volume":
            return f"{value:,.0f} rows accepted"
        case "null_share":
            return f"{column} is empty in every row" if value == 1 else f"{column} is empty in {value:.1%} of rows"
        case "type_drift":
            return f"{column} is written as a number in {value:.1%} of its values"
        case "value_drift":
            return f"{column} holds other values, or in other shares, than before (PSI {value:.2f}{measure.note})"
        case "quantile_drift":
            return f"{column} is distributed otherwise than before (KS {value:.2f})"
        case "freshness":
            return f"the newest row is {value:.1f} days old"
        case "silence":
            return f"nothing was delivered for {value:.0f} days"
        case "quarantine_share":
            return f"{value:.1%} of the rows read are quarantined"
        case _:
            return f"{measure.kind} is {value:g}"


def _expected(measure: Measure) -> str:
    if measure.bounds is None:
        reason = "too few rows" if measure.status == "few_rows" else "too little history"
        return f"not judged: {reason}"
    low, high = measure.bounds.low, measure.bounds.high
    share = measure.kind in {"null_share", "type_drift", "quarantine_share"}

    def shown(value: float) -> str:
        if share:
            return f"{value:.1%}"
        return f"{value:,.0f}" if value == int(value) else f"{value:,.2f}"

    if low is not None and high is not None:
        span = f"{shown(low)} to {shown(high)}"
    else:
        span = f"at least {shown(low)}" if low is not None else f"at most {shown(high or 0)}"
    return f"{span} expected, by {measure.bounds.basis}"


@dataclass(frozen=True)
class Delivered:
    """What is measured of a delivery: counts of its ledger, sketches, days since its newest row where known."""

    ledger: Mapping[str, int]
    sketches: Sequence[Sketch]
    age: float | None = None


def _ruled(feed: str, rules: Sequence[QualityRule], measures: Iterator[Measure]) -> list[Measure]:
    """The measures under what nightly.yaml says: switched off, heavier, or with bounds of its own."""
    kept = []
    for each in measures:
        said = ruling(rules, feed, each.kind, each.column)
        if said.severity == "off":
            continue
        if said.minimum is not None or said.maximum is not None:
            own = Bounds(said.minimum, said.maximum, "pipelines/nightly.yaml")
            each = replace(each, bounds=own, status="judged", basis="settings")
        kept.append(replace(each, severity=said.severity or each.severity))
    return kept


def measure_delivery(
    feed: str, day: date, delivered: Delivered, history: FeedHistory, rules: Sequence[QualityRule] = ()
) -> list[Measure]:
    """Every measure of a feed's delivery on business date ``day``, with its bounds."""
    return _ruled(feed, rules, _measures(day, delivered, history))


def measure_silence(feed: str, day: date, history: FeedHistory, rules: Sequence[QualityRule] = ()) -> list[Measure]:
    """How long a feed without any file tonight has been silent."""
    if not history.delivered:
        return []
    bounds = silence_bounds(history.delivered)
    gap = (day - max(history.delivered)).days
    return _ruled(feed, rules, iter([_measure("silence", None, gap, bounds)]))


def _measure(kind: CheckKind, column: str | None, value: float, bounds: Bounds | None, *, few: bool = False) -> Measure:
    status: Status = "few_rows" if few else "judged" if bounds else "too_little_history"
    return Measure(kind, column, round(float(value), 6), None if few else bounds, status=status)


def _measures(day: date, delivered: Delivered, history: FeedHistory) -> Iterator[Measure]:
    dismissed = delivered.ledger.get("rows_dismissed", 0)
    read = delivered.ledger["rows_read"] - dismissed
    accepted = delivered.ledger["rows_accepted"]
    repeated = delivered.ledger["rows_duplicate"] + delivered.ledger["rows_superseded"]
    if accepted or not repeated:
        yield _measure("volume", None, accepted, volume_bounds(history.past("volume"), day))
    if read:
        share = (delivered.ledger["rows_quarantined"] - dismissed) / read
        bounds = share_bounds(history.past("quarantine_share"), read, slack=QUARANTINE_SLACK)
        if bounds:
            bounds = replace(bounds, low=None)
        yield _measure("quarantine_share", None, share, bounds, few=read < FEWEST_ROWS)
    if delivered.age is not None:
        yield _measure("freshness", None, delivered.age, age_bounds(history.past("freshness"), slack=AGE_SLACK))
    for sketch in delivered.sketches:
        yield from _of_column(sketch, history)


def _of_column(sketch: Sketch, history: FeedHistory) -> Iterator[Measure]:
    few = sketch.rows < FEWEST_ROWS
    past = history.past("null_share", sketch.column)
    bounds = share_bounds(past, sketch.rows, slack=NULL_SLACK)
    yield _measure("null_share", sketch.column, sketch.null_share, bounds, few=few)
    few = sketch.looked_at < FEWEST_ROWS
    if sketch.number_share is not None:
        past = history.past("type_drift", sketch.column)
        bounds = share_bounds(past, sketch.looked_at, slack=TYPE_SLACK)
        yield _measure("type_drift", sketch.column, sketch.number_share, bounds, few=few)
    earlier = [each for each in history.sketches.get(sketch.column, ()) if each.looked_at >= FEWEST_ROWS][-RECENT:]
    if sketch.quantiles:
        yield from _quantile_drift(sketch, [each for each in earlier if each.quantiles], few=few)
    if sketch.shares is not None:
        yield from _value_drift(sketch, [each for each in earlier if each.shares is not None], few=few)


def _quantile_drift(sketch: Sketch, earlier: Sequence[Sketch], *, few: bool) -> Iterator[Measure]:
    if not earlier:
        return
    far = quantile_distance(
        sketch.quantiles, sketch.looked_at, [each.quantiles for each in earlier], [each.looked_at for each in earlier]
    )
    yield _measure("quantile_drift", sketch.column, far.value, _distance_bounds(far, LEAST_KS), few=few)


def _value_drift(sketch: Sketch, earlier: Sequence[Sketch], *, few: bool) -> Iterator[Measure]:
    before = [each.shares for each in earlier if each.shares is not None]
    known = set().union(*before) if before else set()
    if not before or len(known) > 2 * MANY_VALUES or sketch.shares is None:
        return
    far = value_distance(sketch.shares, sketch.looked_at, before, [each.looked_at for each in earlier])
    new = sum(share for label, share in sketch.shares.items() if label not in known and label != OTHER)
    note = f", {new:.1%} of rows with a value never seen before" if new and len(before) >= FEWEST_RECENT else ""
    measure = _measure("value_drift", sketch.column, far.value, _distance_bounds(far, LEAST_PSI), few=few)
    yield replace(measure, note=note)


def _distance_bounds(far: Distance, floor: float) -> Bounds | None:
    return distance_bounds(far.usual, far.chance, floor=floor)
