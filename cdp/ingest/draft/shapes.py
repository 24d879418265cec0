"""What the values of a column look like: their type, and how it is written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from cdp.ingest.draft.times import Written, time_of_day, written_time, zones_of

EMAIL = re.compile(r"[^@\s,;]+@[^@\s,;]+\.[^@\s.,;]+")
PHONE = re.compile(r"(?=(.*\d){7})(?!(.*\d){16})['p:]*[+(]?[\d\s().\-/]{7,24}(x\d+)?")
_BOOLEANS = (
    ("true", "false"), ("yes", "no"), ("y", "n"), ("t", "f"), ("on", "off"), ("ja", "nein"), ("oui", "non"),
    ("si", "no"), ("sí", "no"), ("sì", "no"), ("tak", "nie"), ("sim", "não"), ("sim", "nao"), ("ja", "nee"),
    ("vero", "falso"), ("verdadero", "falso"), ("verdadeiro", "falso"), ("prawda", "fałsz"), ("waar", "onwaar"),
    ("s", "n"), ("j", "n"), ("o", "n"), ("1", "0"), ("wahr", "falsch"), ("vrai", "faux"), ("checked", "unchecked"),
)  # fmt: skip
_NOTHING = ("n/a", "N/A", "NULL", "null", "(not set)", "(none)", "undefined", "#N/A", "nan", "NaN", "None", "-", "--")
_NOBODY = frozenset(
    {"walkin", "walk-in", "walk in", "guest", "cash", "cash customer", "anonymous", "unknown", "default"}
)
_PLAIN_INTEGER = re.compile(r"[+-]?(0|[1-9]\d{0,17})")
_PLAIN_NUMBER = re.compile(r"[+-]?(\d+([.]\d*)?|[.]\d+)")
SIGNS = "$£€¥₹"
_CURRENCIES = "USD|EUR|GBP|AUD|CAD|NZD|CHF|SEK|NOK|DKK|PLN|CZK|JPY|INR"
_MONEY = re.compile(
    rf"[(]?[+-]?\s?([{SIGNS}]|{_CURRENCIES})?\s?[+-]?(?P<number>\d[\d., '\u00a0\u202f\u2009]*)"
    rf"\s?([{SIGNS}]|{_CURRENCIES})?[)]?"
)
_SIGN_OF = {"$": "USD", "£": "GBP", "€": "EUR", "¥": "JPY", "₹": "INR"}


@dataclass(frozen=True)
class Shape:
    """Type of a column, with what the contract must say so that its values are read.

    ``kind`` is a logical type, or ``time`` (of day) or ``zone`` (names of time zones), which are read as text.
    """

    kind: str
    written: Written | None = None
    epoch: str = ""
    decimal: str = "."
    booleans: tuple[str, str] | None = None
    nothing: tuple[str, ...] = ()
    currency: str = ""
    is_money: bool = False
    clock: str = ""
    zones: dict[str, str] = field(default_factory=dict)
    prefix: str = ""


def without_prefix(values: Sequence[str]) -> tuple[str, list[str]]:
    """A mark such as ``l:`` or ``'`` that every value begins with, and the values without it."""
    if any(re.match(r"'[+\d]", value) for value in values):
        return "'", [value.removeprefix("'") for value in values]
    marks = {found[0] if (found := re.match(r"[a-z]{1,3}:(?=[+\d])", value)) else "" for value in values}
    if len(values) > 1 and len(marks) == 1 and (mark := min(marks)):
        return mark, [value[len(mark) :] for value in values]
    return "", list(values)


def shape_of(
    values: Sequence[str], *, is_time: bool = False, is_code: bool = False, is_flag: bool = False,
    month_first: bool | None = None,
) -> Shape:  # fmt: skip
    """The shape of a column's filled values. ``is_time``, ``is_code`` and ``is_flag`` are what its name suggests."""
    values = [value.strip() for value in values if value.strip()]
    prefix, values = without_prefix(values)
    nothing = tuple(word for word in _NOTHING if word in set(values))
    nothing += tuple(sorted({value for value in values if is_code and value.lower() in _NOBODY}))
    filled = [value for value in values if value not in nothing]
    if not filled:
        return Shape("string", nothing=nothing, prefix=prefix)
    found = _structured(filled) or _moment(filled, is_time, month_first) or _flag(filled, is_flag)
    if found is None and not is_code:
        found = _number(filled)
    kind = found or Shape("string")
    return Shape(**{**kind.__dict__, "nothing": nothing, "prefix": prefix})


def _share(values: Sequence[str], pattern: re.Pattern[str]) -> float:
    return sum(pattern.fullmatch(value) is not None for value in values) / len(values)


def _structured(values: Sequence[str]) -> Shape | None:
    if all(value.startswith("{") and value.endswith("}") for value in values):
        return Shape("object")
    if all(value.startswith("[") and value.endswith("]") for value in values):
        return Shape("array")
    return None


def _moment(values: Sequence[str], is_time: bool, month_first: bool | None) -> Shape | None:
    if clock := time_of_day(values):
        return Shape("time", clock=clock)
    if zones := zones_of(values):
        return Shape("zone", zones=zones)
    if is_time and (epoch := _epoch(values)):
        return Shape("timestamp", epoch=epoch)
    written = written_time(values, month_first=month_first, plain_digits=is_time)
    if written is None:
        return None
    return Shape("timestamp" if written.has_clock else "date", written=written)


def _epoch(values: Sequence[str]) -> str:
    for unit, digits in (("seconds", 10), ("milliseconds", 13), ("microseconds", 16)):
        if _share(values, re.compile(rf"[12]\d{{{digits - 1}}}(\.0+)?")) > 0.9:
            return unit
    return ""


def _flag(values: Sequence[str], is_flag: bool) -> Shape | None:
    words = {value.lower() for value in values}
    for true, false in _BOOLEANS:
        if words <= {true, false} and (true != "1" or (is_flag and words <= {"0", "1"})):
            return Shape("boolean", booleans=(true, false))
    return None


def _number(values: Sequence[str]) -> Shape | None:
    if _share(values, _PLAIN_INTEGER) == 1:
        return Shape("integer")
    is_coded = any(re.fullmatch(r"0\d+", value) for value in values)
    others = [value for value in values if not _PLAIN_NUMBER.fullmatch(value)]
    if len(others) < 0.05 * len(values) and not is_coded and not any(map(_MONEY.fullmatch, others)):
        return Shape("number")
    if is_coded or _share(values, _MONEY) < 0.9:
        return None
    numbers = [found["number"].strip() for value in values if (found := _MONEY.fullmatch(value))]
    commas = sum(bool(re.search(r",(\d{1,2}|\d{4,})$|^0,\d+$|\.\d{3},", number)) for number in numbers)
    points = sum(bool(re.search(r"\.(\d{1,2}|\d{4,})$|^0\.\d+$|^(?!0,).*,\d{3}(\.|$)", number)) for number in numbers)
    signs = {sign for value in values for sign in re.findall(rf"[{SIGNS}]|{_CURRENCIES}", value)}
    if not signs and any("-" in value[1:] or "(" in value for value in values) and not (commas or points):
        return None
    if (
        len({number.count(".") for number in numbers} | {0}) > 1
        and any(number.count(".") > 1 for number in numbers)
        and not commas
    ):
        return None
    currency = _SIGN_OF.get(min(signs), min(signs)) if len(signs) == 1 else ""
    return Shape("number", decimal="," if commas > points else ".", currency=currency, is_money=True)
