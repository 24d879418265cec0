"""Tell a file of exchange rates from other exports."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from cdp.ingest.draft.meanings import Column

_CODES = frozenset(
    re.findall(
        r"\w+",
        "USD EUR GBP CHF AUD CAD NZD JPY CNY INR SEK NOK DKK ISK PLN CZK HUF RON BGN TRY ILS ZAR BRL MXN SGD HKD KRW "
        "THB PHP IDR MYR AED SAR UAH RUB CLP COP ARS",
    )
)
_RATE = re.compile(
    r"(^|_)(rate|kurs|cours|taux|tasa|cambio|tasso|koers|kurs_\w+|mid|value|price|close)($|_)|wechselkurs"
)
_TARGET = re.compile(r"(^|_)(to|target|quote|zielwahrung|counter)($|_)")
_MOST_COLUMNS = 10


@dataclass(frozen=True)
class RateColumns:
    """Which columns are what: one row per day and currency (``code``, ``rate``), or one column per currency (``wide``).

    ``other`` names the second currency of a pair.
    """

    day: Column
    code: Column | None = None
    rate: Column | None = None
    other: Column | None = None
    wide: tuple[Column, ...] = ()

    @property
    def key(self) -> tuple[Column, ...]:
        """Day and currency."""
        return tuple(column for column in (self.day, self.code, self.other) if column is not None)


def rate_columns(columns: Sequence[Column]) -> RateColumns | None:
    """The columns of a file of exchange rates; ``None`` for any other export."""
    days = [column for column in columns if column.shape.kind in {"date", "timestamp"} and column.filled > 0.95]
    if not days:
        return None
    wide = tuple(column for column in columns if column.source.strip().upper() in _CODES and _is_number(column))
    if len(wide) >= 2 and len(wide) + 2 >= len(columns):
        return RateColumns(days[0], wide=wide)
    codes = [
        column for column in columns if column.values and {value.strip().upper() for value in column.values} <= _CODES
    ]
    rates = [column for column in columns if _is_number(column) and _RATE.search(column.head.words)]
    if not codes or not rates or len(codes) > 2 or len(columns) > _MOST_COLUMNS or _speaks_of_trade(columns):
        return None
    codes.sort(key=lambda column: bool(_TARGET.search(column.head.words)))
    return RateColumns(days[0], codes[0], rates[0], codes[1] if len(codes) == 2 else None)


def _is_number(column: Column) -> bool:
    return column.shape.kind in {"number", "integer"} and column.filled > 0.5


def _speaks_of_trade(columns: Sequence[Column]) -> bool:
    return any(
        column.meaning in {"order_id", "sku", "gtin", "email", "phone", "quantity", "product_name"}
        for column in columns
    )
