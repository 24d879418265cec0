"""What earlier runs measured: kept as tables of the run's manifest, so that a rollback takes it back too."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from cdp.engines import Engine
from cdp.quality.bounds import RECENT, Past
from cdp.quality.sketches import Sketch

STEADY_AFTER = 5
CHECKS = "quality_checks"
SKETCHES = "quality_sketches"
HEADERS = "delivered_columns"
KEPT_RUNS = 120
"""Runs whose measures are carried on; three months of nights, and some."""
_RUN_NUMBER = "regexp_extract(run_id, '[0-9]+$')::bigint"

SKETCH_COLUMNS = {
    "run_id": "varchar", "feed": "varchar", "column_name": "varchar", "count_rows": "bigint", "count_nulls": "bigint",
    "count_values": "bigint", "number_share": "double", "quantiles": "double[]", "labels": "varchar[]",
    "shares": "double[]",
}  # fmt: skip
HEADER_COLUMNS = {
    "run_id": "varchar", "feed": "varchar", "header": "varchar", "type": "varchar", "property": "varchar",
    "is_aside": "boolean",
}  # fmt: skip


@dataclass(frozen=True)
class Header:
    """One column as the files of a delivery had it; ``property`` is ``None`` when the contract does not know it.

    ``type`` is the file's own, where its format has types. ``is_aside``: it came after the feed's first delivery, and
    its values are kept in ``_extra``; what the contract left out from the start is not read.
    """

    name: str
    type: str = ""
    property: str | None = None
    is_aside: bool = False


@dataclass(frozen=True)
class FeedHistory:
    """What earlier runs know of one feed, oldest first.

    ``values`` by (check, column or ``None``); ``sketches`` by column; ``headers`` of recent deliveries, ``steady``
    the properties that each of them had; ``delivered`` the business dates of deliveries.
    """

    values: Mapping[tuple[str, str | None], Sequence[Past]] = field(default_factory=dict)
    sketches: Mapping[str, Sequence[Sketch]] = field(default_factory=dict)
    headers: Sequence[Header] = ()
    steady: frozenset[str] = frozenset()
    delivered: Sequence[date] = ()

    def past(self, check: str, column: str | None = None) -> Sequence[Past]:
        """Earlier values of a check."""
        return self.values.get((check, column), ())


def empty_sketches() -> str:
    """A select with the columns of the sketch table and no rows."""
    return _empty(SKETCH_COLUMNS)


def empty_headers() -> str:
    """A select with the columns of the header table and no rows."""
    return _empty(HEADER_COLUMNS)


def _empty(columns: Mapping[str, str]) -> str:
    return "select " + ", ".join(f"null::{kind} as {name}" for name, kind in columns.items()) + " where false"


def read_history(engine: Engine) -> dict[str, FeedHistory]:
    """The history of every feed, from the engine's tables ``quality_checks``, ``quality_sketches``,
    ``delivered_columns``, of which only earlier runs' rows may be there."""
    values: dict[str, dict[tuple[str, str | None], list[Past]]] = defaultdict(lambda: defaultdict(list))
    delivered: dict[str, set[date]] = defaultdict(set)
    measured = engine.rows(
        f"select feed, check_kind, column_name, business_date, value from {CHECKS} "
        f"where value is not null and basis <> 'contract' order by {_RUN_NUMBER}, feed, check_kind, column_name"
    )
    for feed, check, column, day, value in measured:
        values[feed][check, column].append(Past(day, value))
        if check == "volume":
            delivered[feed].add(day)
    sketches, headers = _sketches(engine), _headers(engine)
    history = {}
    for feed in sorted({*values, *sketches, *headers}):
        past = {key: found[-RECENT:] for key, found in values[feed].items()}
        columns, steady = headers.get(feed, ([], frozenset()))
        history[feed] = FeedHistory(
            past, sketches.get(feed, {}), tuple(columns), steady, tuple(sorted(delivered[feed]))
        )
    return history


def _sketches(engine: Engine) -> dict[str, dict[str, list[Sketch]]]:
    found: dict[str, dict[str, list[Sketch]]] = defaultdict(lambda: defaultdict(list))
    columns = ", ".join(SKETCH_COLUMNS)
    for row in engine.rows(
        f"select {columns} from {SKETCHES} "
        "qualify row_number() over (partition by feed, column_name order by "
        f"{_RUN_NUMBER} desc) <= {RECENT} order by {_RUN_NUMBER}, feed, column_name"
    ):
        _, feed, column, rows, nulls, looked_at, share, quantiles, labels, shares = row
        pairs = dict(zip(labels, shares, strict=True)) if labels is not None else None
        found[feed][column].append(Sketch(column, rows, nulls, looked_at, share, tuple(quantiles or ()), pairs))
    return found


def _headers(engine: Engine) -> dict[str, tuple[list[Header], frozenset[str]]]:
    """Per feed, the columns of recent deliveries with their last types, and the properties all of them had.

    A column that the contract lets a file lack is expected only after ``STEADY_AFTER`` deliveries that had it.
    """
    recent = (
        f"select *, {_RUN_NUMBER} as run_number, "
        f"dense_rank() over (partition by feed order by {_RUN_NUMBER} desc) as age from {HEADERS}"
    )
    found: dict[str, list[Header]] = defaultdict(list)
    for feed, *header in engine.rows(
        f"select feed, header, arg_max(coalesce(type, ''), run_number), property, bool_or(is_aside) from ({recent}) "
        f"where age <= {RECENT} group by feed, header, property order by all"
    ):
        found[feed].append(Header(*header))
    steady: dict[str, set[str]] = defaultdict(set)
    for feed, known in engine.rows(
        f"select feed, property from (select *, max(age) over (partition by feed) as deliveries from ({recent}) "
        f"where age <= {RECENT}) where property is not null "
        f"group by feed, property having count(distinct run_id) = max(deliveries) and max(deliveries) >= {STEADY_AFTER}"
    ):
        steady[feed].add(known)
    return {feed: (headers, frozenset(steady[feed])) for feed, headers in found.items()}


def sketch_rows(run_id: str, feed: str, sketches: Sequence[Sketch]) -> list[dict[str, Any]]:
    """Rows of the sketch table."""
    return [
        {
            "run_id": run_id,
            "feed": feed,
            "column_name": each.column,
            "count_rows": each.rows,
            "count_nulls": each.nulls,
            "count_values": each.looked_at,
            "number_share": each.number_share,
            "quantiles": list(each.quantiles) or None,
            "labels": None if each.shares is None else list(each.shares),
            "shares": None if each.shares is None else list(each.shares.values()),
        }
        for each in sketches
    ]


def header_rows(run_id: str, feed: str, headers: Sequence[Header]) -> list[dict[str, Any]]:
    """Rows of the header table."""
    return [
        {
            "run_id": run_id,
            "feed": feed,
            "header": each.name,
            "type": each.type,
            "property": each.property,
            "is_aside": each.is_aside,
        }
        for each in headers
    ]
