"""Contract and mapping of exchange rates: what one unit of foreign money is worth in one's own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from statistics import median

from cdp.errors import IngestError
from cdp.ingest.checks import text
from cdp.ingest.draft.export import Export
from cdp.ingest.draft.meanings import Column
from cdp.ingest.draft.rate_columns import RateColumns, rate_columns
from cdp.ingest.draft.sqltext import file_of, select

_SMALL = frozenset(
    re.findall(r"\w+", "JPY CNY INR SEK NOK DKK ISK PLN CZK HUF RON TRY ZAR MXN KRW THB PHP IDR CLP COP ARS UAH RUB")
)
_LARGE = frozenset({"USD", "EUR", "GBP", "CHF"})


def required_columns(export: Export) -> list[Column]:
    """What every row of a file of rates needs: day and, with a row for each, currency and rate."""
    found = _found(export)
    return [column for column in (found.day, found.code, found.rate, found.other) if column is not None]


def rates_sql(export: Export) -> str:
    """exchange_rates. Raises ``IngestError`` for pairs of currencies none of which is the workspace's."""
    found, own = _found(export), export.currency
    day = found.day.name if found.day.shape.kind == "date" else f"cast({found.day.name} as date)"
    if found.wide:
        return _wide_sql(export, found, day)
    assert found.code is not None
    assert found.rate is not None
    code, rate = f"upper({found.code.name})", f"cast({found.rate.name} as decimal(18, 8))"
    turned = f"cast(1 / {found.rate.name} as decimal(18, 8))"
    where = [f"where {found.rate.name} > 0"]
    if found.other is None:
        if _is_inverse(own, {found.code.source: found.rate}, export):
            rate = turned
    else:
        pairs = {
            (row.get(found.code.source, "").upper(), row.get(found.other.source, "").upper()) for row in export.rows
        }
        if not any(own in pair for pair in pairs):
            raise IngestError(
                f"{export.looks[0].path}: no rate leads to {own}, the workspace's currency",
                f"export rates into {own}, or set currency in cdp.toml",
            )
        is_target = f"upper({found.other.name}) = {text(own)}"
        rate = f"case when {is_target} then {rate} else {turned} end"
        code = f"case when {is_target} then {code} else upper({found.other.name}) end"
        where.append(f"    and {text(own)} in (upper({found.code.name}), upper({found.other.name}))")
    items = [(day, "rate_date"), (code, "currency"), (text(export.name), "feed"), (rate, "rate")]
    one = "qualify row_number() over (partition by rate_date, currency order by _file_id, _row) = 1"
    body = ["select", *select(items), f"from {export.name}", *where, one]
    return file_of(f"What one unit of each currency is worth in {own}.", "one row per currency and day", [], body)


def _wide_sql(export: Export, found: RateColumns, day: str) -> str:
    is_inverse = _is_inverse(export.currency, {column.source: column for column in found.wide}, export)
    value = "1 / rate" if is_inverse else "rate"
    names = ", ".join(column.name for column in found.wide)
    cast = ", ".join(f"cast({column.name} as double) as {column.name}" for column in found.wide)
    long = [
        "long as (",
        "    unpivot (",
        f"        select {day} as rate_date, {cast}",
        f"        from {export.name}",
        "    )",
        f"    on {names}",
        "    into name currency value rate",
        ")",
    ]
    items = [
        ("rate_date", "rate_date"), ("upper(currency)", "currency"), (text(export.name), "feed"),
        (f"cast({value} as decimal(18, 8))", "rate"),
    ]  # fmt: skip
    body = ["select", *select(items), "from long", "where rate > 0"]
    return file_of(
        f"What one unit of each currency is worth in {export.currency}.", "one row per currency and day", [long], body
    )


def _is_inverse(own: str, pairs: Mapping[str, Column], export: Export) -> bool:
    """Whether the file tells how much foreign money one unit of own money buys, as central banks do."""
    weights = []
    for code, rate in pairs.items():
        for row in export.rows:
            currency = (code if code == rate.source else row.get(code, "")).strip().upper()
            number = _number(row.get(rate.source, ""), rate.shape.decimal)
            if number and own in _LARGE and currency in _SMALL:
                weights.append(number)
    if weights:
        is_inverse = median(weights) > 1
        way = f"one {own} buys so much of each currency, so it is turned round" if is_inverse else f"in {own} per unit"
        export.doubt(f"rates are taken for: {way}; is that so?")
        return is_inverse
    export.doubt(
        f"rates are taken for what one unit of the currency is worth in {own}; if one {own} buys so much of the "
        "currency, write 1 / rate in exchange_rates.sql"
    )
    return False


def _number(value: str, decimal: str) -> float:
    plain = value.replace(".", "").replace(",", ".") if decimal == "," else value.replace(",", "")
    try:
        return float(plain)
    except ValueError:
        return 0.0


def _found(export: Export) -> RateColumns:
    found = rate_columns(export.columns)
    assert found is not None
    return found
