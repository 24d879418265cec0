"""Judge deliveries: may this night's data go on, and what should a person know about it?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path

from cdp.contracts.model import Contract
from cdp.engines import open_engine
from cdp.engines.duckdb import DuckDBEngine, file_literal, quote
from cdp.quality.drift import Delivered, Measure, measure_delivery, measure_silence
from cdp.quality.headers import ColumnChange, column_changes
from cdp.quality.history import FeedHistory, Header
from cdp.quality.settings import COLUMN_KINDS, QualityRule, ruling
from cdp.quality.sketches import Sketch, sketch_columns
from cdp.quality.suite import (
    FILE,
    Check,
    build_suite,
    future_checks,
    measured_checks,
    newest_measure,
    outside_measure,
    scalar_measure,
)
from cdp.quality.verdict import GateResult, Judged, conclude

FEWEST_TO_STOP = 10
"""Quarantined rows needed before their share alone may stop a run: one bad row of one is no catastrophe."""
LEDGER_KEYS = ("rows_read", "rows_accepted", "rows_quarantined", "rows_duplicate", "rows_superseded")


@dataclass(frozen=True)
class DeliveredFeed:
    """What one feed delivered in a run.

    ``files`` are its landed parquet files, ``ledger`` the sums of its file ledgers (``rows_read``,
    ``rows_accepted``, ``rows_quarantined``, ``rows_duplicate``, ``rows_superseded``; a missing one is 0), and
    ``rows_dismissed`` those of the quarantined that a person has put away: no share counts them. ``headers`` are the
    columns its files had. ``is_silent``: nothing came tonight, and only that is judged.
    """

    feed: str
    contract: Contract
    files: Sequence[Path]
    ledger: Mapping[str, int]
    history: FeedHistory = field(default_factory=FeedHistory)
    headers: Sequence[Header] = ()
    is_silent: bool = False


@dataclass(frozen=True)
class _Plan:
    """A delivery with its counts, the checks that make sense for it, and what it was measured by."""

    delivered: DeliveredFeed
    counts: Mapping[str, float]
    checks: tuple[Check, ...]
    measures: tuple[Measure, ...] = ()
    sketches: tuple[Sketch, ...] = ()
    changes: tuple[ColumnChange, ...] = ()


def judge(
    contract: Contract,
    files: Sequence[Path],
    *,
    ledger: Mapping[str, int],
    as_of: datetime,
    history: FeedHistory | None = None,
    headers: Sequence[Header] = (),
    feed: str | None = None,
    rules: Sequence[QualityRule] = (),
    day: date | None = None,
) -> GateResult:
    """Judge one delivery; several are judged faster together by ``judge_all``."""
    delivered = DeliveredFeed(feed or contract.name, contract, files, ledger, history or FeedHistory(), headers)
    return judge_all([delivered], as_of=as_of, rules=rules, day=day)[0]


def judge_all(
    deliveries: Sequence[DeliveredFeed],
    *,
    as_of: datetime,
    day: date | None = None,
    rules: Sequence[QualityRule] = (),
    temp_dir: Path | None = None,
    memory_limit: str | None = None,
    threads: int | None = None,
) -> list[GateResult]:
    """Judge every delivery of a run by Great Expectations on one DuckDB, in the order given.

    ``as_of`` is naive UTC, ``day`` the business date that it ends (by default the day before). ``temp_dir`` is where
    DuckDB may spill, ``memory_limit`` is in its own notation.
    """
    if not deliveries:
        return []
    from cdp.quality.expectations import Batch, evaluate

    day = day or (as_of - timedelta(seconds=1)).date()
    engine = open_engine("duckdb", temp_dir=temp_dir, memory_limit=memory_limit, threads=threads)
    assert isinstance(engine, DuckDBEngine)
    try:
        plans = [_plan(engine, f"feed_{n}", each, as_of, day, rules) for n, each in enumerate(deliveries)]
        batches: list[Batch] = []
        for number, plan in enumerate(plans):
            for on in ("rows", "delivery"):
                name = f"feed_{number}_{on}"
                checks = [check for check in plan.checks if check.on == on]
                batches.append(Batch(name, f"select * from {name}", checks))
        outcomes = evaluate(batches, engine)
    finally:
        engine.close()
    results = []
    for plan, of_rows, of_delivery in zip(plans, outcomes[0::2], outcomes[1::2], strict=True):
        pairs = list(zip(plan.checks, [*of_rows, *of_delivery], strict=True))
        each = plan.delivered
        judged = Judged(each.feed, each.contract.name, plan.counts, pairs, plan.measures, plan.changes, plan.sketches)
        results.append(conclude(judged, as_of, rules))
    return results


def _plan(
    engine: DuckDBEngine,
    name: str,
    delivered: DeliveredFeed,
    as_of: datetime,
    day: date,
    rules: Sequence[QualityRule],
) -> _Plan:
    """Make the views ``<name>_rows`` and ``<name>_delivery`` that the checks read."""
    if delivered.is_silent:
        return _plan_of_silence(engine, name, delivered, day, rules)
    contract = delivered.contract
    suite = [*build_suite(contract), *future_checks(contract, as_of)]
    source = _source(delivered)
    present = {row[0] for row in engine.rows(f"describe select * from {source}")}
    suite = [check for check in suite if present.issuperset(check.needs)]
    wanted = {f"{check.projection} as {quote(check.kwargs['column'])}" for check in suite if check.projection}
    columns = [quote(name) for name in (*(item.name for item in contract.properties), FILE) if name in present]
    selected = ", ".join([*columns, *sorted(wanted)])
    engine.execute(f"create view {name}_rows as select {selected} from {source}")
    counts = _counts(engine, f"{name}_rows", delivered, suite, as_of)
    tracked = {column for column, past in delivered.history.sketches.items() if past[-1].shares is not None}
    sketches = sketch_columns(engine, source, contract, as_of, tracked) if delivered.files else []
    ledger = {key: int(counts[key]) for key in (*LEDGER_KEYS, "rows_dismissed")}
    age = counts.get(newest_measure(contract.version)) if contract.version else None
    measures = measure_delivery(delivered.feed, day, Delivered(ledger, sketches, age), delivered.history, rules)
    counts = {**counts, **_measured(measures)}
    _make_delivery(engine, name, counts)
    kept = (check for check in [*suite, *measured_checks(measures)] if _makes_sense(check, counts))
    checks = [each for check in kept if (each := _weighed(check, delivered.feed, counts, rules)) is not None]
    earlier = delivered.history
    changes = column_changes(contract, delivered.headers, earlier.headers, earlier.steady)
    in_order = tuple(sorted(checks, key=lambda check: check.on == "delivery"))
    return _Plan(delivered, counts, in_order, tuple(measures), tuple(sketches), tuple(changes))


def _plan_of_silence(
    engine: DuckDBEngine, name: str, delivered: DeliveredFeed, day: date, rules: Sequence[QualityRule]
) -> _Plan:
    measures = measure_silence(delivered.feed, day, delivered.history, rules)
    counts: dict[str, float] = {**dict.fromkeys(LEDGER_KEYS, 0), "rows_landed": 0, **_measured(measures)}
    _make_delivery(engine, name, counts)
    engine.execute(f"create view {name}_rows as select * from {name}_delivery")
    return _Plan(delivered, counts, tuple(measured_checks(measures)), tuple(measures))


def _make_delivery(engine: DuckDBEngine, name: str, counts: Mapping[str, float]) -> None:
    told = ", ".join(f"cast({value!r} as double) as {quote(key)}" for key, value in counts.items())
    engine.execute(f"create view {name}_delivery as select {told}")


def _measured(measures: Sequence[Measure]) -> dict[str, float]:
    """Measures as Great Expectations gets them: single ones as they are, those of columns as counts of outliers."""
    judged = [each for each in measures if each.bounds is not None]
    found = {scalar_measure(each.kind): each.value for each in judged if each.kind not in COLUMN_KINDS}
    for each in judged:
        if each.kind in COLUMN_KINDS:
            name = outside_measure(each.kind, each.severity)
            found[name] = found.get(name, 0) + (not each.is_kept)
    return found


def _makes_sense(check: Check, counts: Mapping[str, float]) -> bool:
    """Whether there is anything to judge: no rows have no values, and a pure repetition brings no rows."""
    if check.on == "delivery":
        return check.kwargs["column"] in counts
    if counts["rows_landed"]:
        return True
    repeated = counts["rows_duplicate"] + counts["rows_superseded"]
    return check.expectation == "expect_table_row_count_to_be_between" and not repeated


def _weighed(check: Check, feed: str, counts: Mapping[str, float], rules: Sequence[QualityRule]) -> Check | None:
    """The check with the weight it has tonight; ``None`` when nightly.yaml switches it off."""
    few = counts["rows_quarantined"] - counts["rows_dismissed"] < FEWEST_TO_STOP
    if check.severity == "stop" and check.kwargs.get("column") == "quarantine_share" and few:
        check = replace(check, severity="warn")
    if check.basis == "history":
        return check
    said = ruling(rules, feed, check.kind, check.column).severity
    if said == "off":
        return None
    return replace(check, severity=said) if said else check


def _source(delivered: DeliveredFeed) -> str:
    if delivered.files:
        listed = ", ".join(map(file_literal, delivered.files))
        return f"read_parquet([{listed}], union_by_name = true, hive_partitioning = false)"
    columns = ", ".join(f"cast(null as varchar) as {quote(p.name)}" for p in delivered.contract.properties)
    return f"(select {columns} where false)"


def _counts(
    engine: DuckDBEngine, rows: str, delivered: DeliveredFeed, suite: Sequence[Check], as_of: datetime
) -> dict[str, float]:
    """The delivery as one row of numbers: its ledger, the share quarantined, the age of its newest row."""
    counts: dict[str, float] = {key: int(delivered.ledger.get(key, 0)) for key in LEDGER_KEYS}
    dismissed = counts["rows_dismissed"] = int(delivered.ledger.get("rows_dismissed", 0))
    read = counts["rows_read"] - dismissed
    counts["rows_landed"] = int(engine.scalar(f"select count(*) from {rows}"))
    counts["quarantine_share"] = (counts["rows_quarantined"] - dismissed) / read if read else 0.0
    aged = {check.column for check in suite if str(check.kwargs.get("column")).startswith(newest_measure(""))}
    contract = delivered.contract
    if contract.version and contract.find(contract.version).logical_type in {"date", "timestamp"}:
        aged.add(contract.version)
    have = engine.columns(rows)
    for column in sorted(name for name in aged if name in have):
        newest = f"max(cast({quote(column)} as timestamp))"
        seconds = engine.scalar(f"select date_diff('second', {newest}, $as_of) from {rows}", {"as_of": as_of})
        if seconds is not None:
            counts[newest_measure(column)] = round(seconds / 86_400, 3)
    return counts
