"""Phone numbers to E.164, once per distinct value."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from cdp.engines import Engine

if TYPE_CHECKING:
    import pandas as pd


def _readings(value: str, hints: Sequence[str]) -> Iterator[tuple[str, bool]]:
    """Valid readings of a written number as (E.164, is_landline), the likeliest first."""
    import phonenumbers
    from phonenumbers import PhoneNumberFormat, PhoneNumberType

    text = value.strip().replace("(0)", "") if value.strip().startswith(("+", "00")) else value.strip()
    if text.startswith("00"):
        text = "+" + text[2:]
    written = [(text, None)] if text.startswith("+") else [(text, hint) for hint in hints] + [("+" + text, None)]
    seen: set[str] = set()
    for candidate, region in written:
        try:
            number = phonenumbers.parse(candidate, region)
        except phonenumbers.NumberParseException:
            continue
        if not phonenumbers.is_valid_number(number):
            continue
        standard = phonenumbers.format_number(number, PhoneNumberFormat.E164)
        if standard not in seen:
            seen.add(standard)
            yield standard, phonenumbers.number_type(number) == PhoneNumberType.FIXED_LINE


def standardise_phones(engine: Engine, countries: Sequence[str]) -> None:
    """Make table ``phone_numbers`` (identifier_value, country, phone_std, is_landline).

    A number written without its country is read in the record's country, then in ``countries``;
    of several valid readings the one that the data already knows with certainty is taken.
    """
    import pandas as pd

    distinct = engine.rows(
        "select distinct identifier_value, coalesce(country, '') from record_identifiers "
        "where identifier_type = 'phone' and identifier_value is not null order by 1, 2"
    )
    certain: set[str] = set()
    open_values: list[tuple[str, str, list[tuple[str, bool]]]] = []
    for value, country in distinct:
        hints = list(dict.fromkeys([*([country] if country else []), *countries]))
        readings = list(_readings(value, hints))
        if readings and (country or value.strip().startswith(("+", "00"))):
            certain.add(readings[0][0])
        open_values.append((value, country, readings))
    chosen = [
        (value, country, *next((r for r in readings if r[0] in certain), readings[0] if readings else (None, False)))
        for value, country, readings in open_values
    ]
    engine.register("phone_numbers", _typed(pd.DataFrame(chosen, columns=_COLUMNS)))


_COLUMNS = ["identifier_value", "country", "phone_std", "is_landline"]


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    texts = dict.fromkeys(_COLUMNS[:3], "string")
    return frame.astype({**texts, "is_landline": "bool"})
