"""Small pictures of a delivery's columns: what later deliveries are compared with, and no value of any row.

Values of a set are kept as short hashes; of personal columns only counts and, of at least a hundred numbers or dates,
the inner quantiles. Dates are kept as their age at the end of the business date, which moves with the nights.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from cdp.contracts.model import Contract, Property
from cdp.contracts.privacy import is_personal
from cdp.engines import Engine
from cdp.engines.duckdb import quote

SAMPLED = 100_000
"""Rows of a delivery whose values are looked at, about; nulls are counted in all."""
LEVELS = 21
MANY_VALUES = 50
"""Distinct values beyond which a column is no value set."""
FEWEST_PERSONAL = 100
OTHER = "other"
_NUMBER = r"^\s*[+-]?(\d+([.,]\d*)?|[.,]\d+)\s*$"


@dataclass(frozen=True)
class Sketch:
    """One column of one delivery. ``rows`` and ``nulls`` count all rows, ``looked_at`` the values sketched.

    ``number_share`` is the share of values of a text column that are written as numbers. ``quantiles`` are equally
    spaced (of a date: days before the end of the business date). ``shares`` are per hashed value.
    """

    column: str
    rows: int
    nulls: int
    looked_at: int = 0
    number_share: float | None = None
    quantiles: tuple[float, ...] = ()
    shares: Mapping[str, float] | None = None

    @property
    def null_share(self) -> float:
        """Share of rows without a value."""
        return self.nulls / self.rows if self.rows else 0.0


def sketch_columns(
    engine: Engine, source: str, contract: Contract, as_of: datetime, tracked: Collection[str] = ()
) -> list[Sketch]:
    """Sketch the contract's columns that ``source`` (a table or select in brackets) has.

    ``tracked`` are columns that were value sets before; they are sketched as such whatever comes. The same rows give
    the same sketches: the sample is chosen by the key.
    """
    present = {row[0] for row in engine.rows(f"describe select * from {source}")}
    items = [item for item in contract.properties if item.name in present]
    if not items:
        return []
    counted = ", ".join(f"count({quote(item.name)})" for item in items)
    rows, *filled = engine.rows(f"select count(*), {counted} from {source}")[0]
    if not rows:
        return []
    _sample(engine, source, contract, present, rows)
    try:
        return [
            _sketch(engine, item, rows, rows - count, as_of, item.name in tracked)
            for item, count in zip(items, filled, strict=True)
        ]
    finally:
        engine.drop("quality_sample")


def _sample(engine: Engine, source: str, contract: Contract, present: Collection[str], rows: int) -> None:
    key = [f"{quote(name)}::varchar" for name in contract.key if name in present]
    step = -(-rows // SAMPLED)
    chosen = f" where hash({', '.join(key)}) % {step} = 0" if step > 1 and key else ""
    engine.create_table("quality_sample", f"select * from {source}{chosen}")


def _sketch(engine: Engine, item: Property, rows: int, nulls: int, as_of: datetime, tracked: bool) -> Sketch:
    column = quote(item.name)
    if nulls == rows or item.logical_type in {"object", "array"}:
        return Sketch(item.name, rows, nulls)
    if item.logical_type in {"integer", "number"}:
        return _quantiles(engine, item, rows, nulls, f"try_cast({column} as double)", as_of)
    if item.logical_type in {"date", "timestamp"}:
        age = f"date_diff('second', try_cast({column} as timestamp), $as_of) / 86400.0"
        return _quantiles(engine, item, rows, nulls, age, as_of)
    text = f"{column}::varchar"
    values, distinct, numbers = engine.rows(
        f"select count({column}), count(distinct lower({text})), "
        f"count(*) filter (where regexp_matches({text}, '{_NUMBER}')) from quality_sample"
    )[0]
    share = numbers / values if values and item.logical_type == "string" else None
    few = distinct <= MANY_VALUES or tracked
    shares = _shares(engine, text, values) if few and values and not is_personal(item) else None
    return Sketch(item.name, rows, nulls, values, share, (), shares)


def _quantiles(engine: Engine, item: Property, rows: int, nulls: int, number: str, as_of: datetime) -> Sketch:
    personal = is_personal(item)
    low, high = (0.05, 0.95) if personal else (0.0, 1.0)
    levels = [round(low + (high - low) * step / (LEVELS - 1), 4) for step in range(LEVELS)]
    count, found = engine.rows(
        f"select count(number), quantile_cont(number, {levels}) from (select {number} as number from quality_sample)",
        {"as_of": as_of},
    )[0]
    if not count or (personal and count < FEWEST_PERSONAL):
        return Sketch(item.name, rows, nulls, count)
    return Sketch(item.name, rows, nulls, count, None, tuple(float(f"{value:.9g}") for value in found))


def _shares(engine: Engine, text: str, values: int) -> dict[str, float]:
    """Share per hashed value of the commonest; the rest together is ``other``."""
    found: Sequence[tuple[str, int]] = engine.rows(
        f"select md5(lower({text}))[:12] as label, count(*) as count_rows from quality_sample "
        f"where {text} is not null group by label order by count_rows desc, label limit {MANY_VALUES}"
    )
    shares = {label: count / values for label, count in found}
    rest = values - sum(count for _, count in found)
    return {**shares, OTHER: rest / values} if rest else shares
