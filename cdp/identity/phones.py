"""Phone numbers to E.164, once per distinct value."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from cdp.engines import Engine

if TYPE_CHECKING:
    import pandas as pd


def _readings(value: str, hints: Sequence[str]) -> Iterator[tuple[str, bool]]:
    """Readings of a written number as (E.164, is_landline), the likeliest first.

    A number of possible length in a range not in use counts too where there is no better reading: numbering plans
    grow, and a number that two records share links them whether it rings or not.
    """
    import phonenumbers
    from phonenumbers import PhoneNumberFormat, PhoneNumberType

    text = value.strip().replace("(0)", "") if value.strip().startswith(("+", "00")) else value.strip()
    if text.startswith("00"):
        text = "+" + text[2:]
    written = [(text, None)] if text.startswith("+") else [(text, hint) for hint in hints] + [("+" + text, None)]
    parsed: list[Any] = []
    for candidate, region in written:
        try:
            parsed.append(phonenumbers.parse(candidate, region))
        except phonenumbers.NumberParseException:
            continue
    valid = [number for number in parsed if phonenumbers.is_valid_number(number)]
    possible = [number for number in parsed if phonenumbers.is_possible_number(number)]
    for number in valid or possible[:1]:
        standard = phonenumbers.format_number(number, PhoneNumberFormat.E164)
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
