"""From a contract to the checks of one delivery. No expectation library is imported here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from cdp.contracts.model import BatchRule, Contract, Outcome, Property
from cdp.engines.duckdb import quote
from cdp.quality.drift import Measure
from cdp.quality.settings import COLUMN_KINDS, CheckKind, Severity

FILE = "_file_id"
"""The landed column that names the delivered file."""

QUARANTINE_WARN = 0.05
QUARANTINE_STOP = 0.50
LOCAL_TIME_SLACK = timedelta(hours=14)
"""How far a local time may run ahead of UTC."""


@dataclass(frozen=True)
class Check:
    """One promise about a delivery.

    ``expectation`` and ``kwargs`` are Great Expectations' own words. ``on`` names what is judged: the landed
    ``rows``, or the ``delivery`` as one row of measures. ``projection`` is the SQL expression behind
    ``kwargs["column"]`` when that is not a column of the contract. ``kind`` is what nightly.yaml calls it.
    """

    expectation: str
    kwargs: Mapping[str, Any]
    severity: Severity
    reason: str
    column: str | None = None
    on: Literal["rows", "delivery"] = "rows"
    projection: str = ""
    needs: tuple[str, ...] = ()
    """Columns that must be there for the check to make sense."""
    kind: CheckKind = "promise"
    basis: Literal["contract", "history"] = "contract"


def _severity(outcome: Outcome) -> Severity:
    """What a broken promise weighs that the row-wise pass has already acted on."""
    return "stop" if outcome in {"reject", "null"} else "warn"


_COLUMN_METRICS = {
    "null_share": "expect_column_proportion_of_non_null_values_to_be_between",
    "unique_share": "expect_column_proportion_of_unique_values_to_be_between",
    "mean": "expect_column_mean_to_be_between",
}

_VIEWS = {
    "folded": "lower(cast({} as varchar))",
    "number": "cast({} as double)",
    "instant": "cast({} as timestamp)",
}
"""Ways in which a column is looked at before it is judged."""


def _about(column: str, expectation: str, severity: Severity, reason: str, *, view: str = "", **kwargs: Any) -> Check:
    """A check of one column of the landed rows."""
    judged = f"{column}__{view}" if view else column
    projection = _VIEWS[view].format(quote(column)) if view else ""
    kwargs = {"column": judged, **kwargs}
    return Check(expectation, kwargs, severity, reason, column, "rows", projection, (column,))


def _span(low: float | None, high: float | None) -> dict[str, float]:
    return {name: v for name, v in (("min_value", low), ("max_value", high)) if v is not None}


def _in_words(low: float | None, high: float | None) -> str:
    bounds = [f"at least {low:g}"] if low is not None else []
    bounds += [f"at most {high:g}"] if high is not None else []
    return " and ".join(bounds)


def _column_checks(item: Property) -> Iterator[Check]:
    options, outcome = item.logical_type_options, item.on_fail
    if item.required and outcome.required != "ignore":
        yield _about(
            item.name,
            "expect_column_values_to_not_be_null",
            _severity(outcome.required),
            f"{item.name} always has a value",
        )
    if options.values and outcome.values != "ignore":
        yield _about(
            item.name,
            "expect_column_values_to_be_in_set",
            "warn",
            f"{item.name} is one of {', '.join(options.values)}",
            view="folded",
            value_set=sorted({value.lower() for value in options.values}),
        )
    span = _span(options.minimum, options.maximum)
    if span and outcome.range != "ignore":
        yield _about(
            item.name,
            "expect_column_values_to_be_between",
            _severity(outcome.range),
            f"{item.name} is {_in_words(options.minimum, options.maximum)}",
            view="number",
            **span,
        )


def _key_checks(contract: Contract) -> Iterator[Check]:
    for name in contract.key:
        if not (contract.find(name).required or contract.find(name).optional_column):
            severity: Severity = "stop" if len(contract.key) == 1 else "warn"
            reason = f"{name} is part of the key and always has a value"
            yield _about(name, "expect_column_values_to_not_be_null", severity, reason)
    if contract.rows_per_key == "many":
        return
    named = tuple(dict.fromkeys([*contract.key, *([contract.version] if contract.version else [])]))
    columns = (*named, FILE)
    expectation, kwargs = "expect_compound_columns_to_be_unique", {"column_list": list(columns)}
    reason = f"each {' + '.join(named)} is delivered once per file"
    yield Check(expectation, kwargs, "warn", reason, contract.key[0], needs=columns, kind="key_uniqueness")


def newest_measure(column: str) -> str:
    """Name of the measure "days from the newest value of a column to as_of"."""
    return f"days_since_newest__{column}"


_RULE_KINDS: Mapping[str, CheckKind] = {
    "row_count": "volume",
    "null_share": "null_share",
    "unique_share": "key_uniqueness",
    "quarantine_share": "quarantine_share",
    "days_since_newest": "freshness",
}


def _rule_check(rule: BatchRule) -> Check:
    """A promise that the contract's author wrote down."""
    return replace(_ruled(rule), kind=_RULE_KINDS.get(rule.metric, "promise"))


def _ruled(rule: BatchRule) -> Check:
    column = rule.column
    of = f" of {column}" if column else ""
    reason = f"{rule.metric.replace('_', ' ')}{of} is {_in_words(rule.minimum, rule.maximum)}"
    span = _span(rule.minimum, rule.maximum)
    if rule.metric == "row_count":
        whole = {name: int(limit) for name, limit in span.items()}
        return Check("expect_table_row_count_to_be_between", whole, rule.severity, reason)
    if rule.metric in _COLUMN_METRICS and column:
        if rule.metric == "null_share":
            filled = [None if limit is None else 1 - limit for limit in (rule.maximum, rule.minimum)]
            span = _span(*filled)
        view = "number" if rule.metric == "mean" else ""
        return _about(column, _COLUMN_METRICS[rule.metric], rule.severity, reason, view=view, **span)
    measure = newest_measure(column) if rule.metric == "days_since_newest" and column else rule.metric
    kwargs = {"column": measure, **span}
    return Check("expect_column_max_to_be_between", kwargs, rule.severity, reason, column, "delivery")


def _delivery_checks(contract: Contract) -> Iterator[Check]:
    """Defaults that a rule of the same metric (and severity) replaces."""
    ruled = {rule.metric for rule in contract.quality}
    if "row_count" not in ruled:
        promise = "a delivery brings at least one row"
        yield Check("expect_table_row_count_to_be_between", {"min_value": 1}, "warn", promise, kind="volume")
    shares = {rule.severity for rule in contract.quality if rule.metric == "quarantine_share"}
    limits: tuple[tuple[Severity, float], ...] = (("warn", QUARANTINE_WARN), ("stop", QUARANTINE_STOP))
    for severity, limit in limits:
        if severity not in shares:
            yield Check(
                "expect_column_max_to_be_between",
                {"column": "quarantine_share", "max_value": limit},
                severity,
                f"at most {limit:.0%} of the rows read are quarantined",
                on="delivery",
                kind="quarantine_share",
            )


def build_suite(contract: Contract) -> list[Check]:
    """The checks that a contract promises of every delivery.

    Key and required columns are filled, the key (with its version) is delivered once, values keep to their
    sets and ranges, a delivery has rows, few of them are quarantined, and whatever ``quality`` adds. Promises
    that the row-wise pass enforces (outcome reject or null) stop when they are broken nevertheless.
    """
    checks = list(_key_checks(contract))
    for item in contract.properties:
        checks.extend(_column_checks(item))
    checks.extend(_delivery_checks(contract))
    checks.extend(_rule_check(rule) for rule in contract.quality)
    return checks


def future_checks(contract: Contract, as_of: datetime) -> list[Check]:
    """No date or time of a delivery lies at or after ``as_of`` (naive UTC, end of the business date)."""
    checks: list[Check] = []
    for item in contract.properties:
        if item.logical_type not in {"date", "timestamp"} or item.on_fail.future == "ignore":
            continue
        limit = as_of + (LOCAL_TIME_SLACK if item.time_zone == "local" else timedelta())
        checks.append(
            _about(
                item.name,
                "expect_column_values_to_be_between",
                "warn",
                f"{item.name} is not in the future",
                view="instant",
                max_value=limit,
                strict_max=True,
            )
        )
    return checks


def measured_checks(measures: Sequence[Measure]) -> list[Check]:
    """The checks that hold a delivery's measures against the bounds from history or nightly.yaml.

    What is measured once has an expectation of its own. What is measured of every column has one per kind and
    severity, about the number of columns outside their bounds: an expectation per column would cost seconds.
    """
    judged = [each for each in measures if each.bounds is not None]
    checks = [_scalar_check(each) for each in judged if each.kind not in COLUMN_KINDS]
    groups = sorted({(each.kind, each.severity) for each in judged if each.kind in COLUMN_KINDS})
    return checks + [
        Check(
            "expect_column_max_to_be_between",
            {"column": outside_measure(kind, severity), "max_value": 0},
            severity,
            f"{kind.replace('_', ' ')}: every column lies within its bounds",
            on="delivery",
            kind=kind,
            basis="history",
        )
        for kind, severity in groups
    ]


def _scalar_check(measure: Measure) -> Check:
    assert measure.bounds is not None
    span = _span(measure.bounds.low, measure.bounds.high)
    kwargs = {"column": scalar_measure(measure.kind), **span}
    reason = f"{measure.kind.replace('_', ' ')} is as usual"
    expectation, kind = "expect_column_max_to_be_between", measure.kind
    return Check(expectation, kwargs, measure.severity, reason, on="delivery", kind=kind, basis="history")


def scalar_measure(kind: str) -> str:
    """Name of a measure that a delivery has once."""
    return f"measured__{kind}"


def outside_measure(kind: str, severity: str) -> str:
    """Name of the measure "columns that lie outside their bounds"."""
    return f"columns_outside__{kind}__{severity}"
