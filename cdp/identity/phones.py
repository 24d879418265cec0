"""Phone numbers to E.164, once per distinct value."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cdp.engines import Engine

_SHORTEST = 7  # digits of a subscriber's number; less is a short code or a slip


@dataclass(frozen=True)
class _Reading:
    """One way to read a written number."""

    number: str
    is_valid: bool
    is_landline: bool


def _read(text: str, region: str | None) -> _Reading | None:
    import phonenumbers
    from phonenumbers import PhoneNumberFormat, PhoneNumberType

    try:
        parsed = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(parsed) or parsed.national_number < 10 ** (_SHORTEST - 1):
        return None
    return _Reading(
        phonenumbers.format_number(parsed, PhoneNumberFormat.E164),
        phonenumbers.is_valid_number(parsed),
        phonenumbers.number_type(parsed) == PhoneNumberType.FIXED_LINE,
    )


def _readings(value: str, country: str, countries: Sequence[str]) -> Iterator[_Reading]:
    """Readings in the order of trust: as valid in the record's country, as possible there, then elsewhere.

    A number of possible length in a range not in use counts too: numbering plans grow, and a number that two
    records share links them whether it rings or not.
    """
    text = value.strip()
    if text.startswith(("+", "00")):
        regions: list[tuple[str, str | None]] = [("+" + text.removeprefix("00").lstrip("+").replace("(0)", ""), None)]
    else:
        own = [country] if country else []
        regions = [(text, region) for region in dict.fromkeys([*own, *countries])] + [("+" + text, None)]
    found = [reading for reading in (_read(candidate, region) for candidate, region in regions) if reading]
    first = [found[0]] if found and country else []
    valid = [reading for reading in found if reading.is_valid]
    yield from dict.fromkeys([*first, *valid, *found])


_RECORDS = (
    "select distinct identifier_value, coalesce(country, '') from record_identifiers "
    "where identifier_type = 'phone' and identifier_value is not null order by 1, 2"
)
_REQUESTS = "select distinct phone, coalesce(country, '') from privacy_requests where phone is not null order by 1, 2"
_REQUEST_PHONES = """
select
    requests.request_id,
    phones.phone_std
from privacy_requests as requests
inner join phone_numbers as phones
    on requests.phone = phones.identifier_value
    and coalesce(requests.country, '') = phones.country
where phones.phone_std is not null
"""


def standardise_phones(engine: Engine, countries: Sequence[str]) -> None:
    """Make table ``phone_numbers`` (identifier_value, country, phone_std, is_landline).

    A number written without its country code is read in the record's country, then in ``countries``; of several
    readings the one is taken that the records know with certainty from elsewhere. Where ``privacy_requests`` exists,
    the numbers of the requests are read likewise, and ``request_phones`` (request_id, phone_std) is made: one row per
    request with a readable number.
    """
    import pandas as pd

    said = engine.rows(_RECORDS)
    has_requests = engine.has_table("privacy_requests")
    asked = engine.rows(_REQUESTS) if has_requests else []
    readings = {
        (value, country): list(_readings(value, country, countries))
        for value, country in dict.fromkeys([*said, *asked])
    }
    certain = {
        readings[value, country][0].number
        for value, country in said
        if readings[value, country]
        and (value.strip().startswith(("+", "00")) or (country and readings[value, country][0].is_valid))
    }
    chosen = [(*written, *_choose(found, certain)) for written, found in readings.items()]
    frame = pd.DataFrame(chosen, columns=["identifier_value", "country", "phone_std", "is_landline"])
    texts = dict.fromkeys(["identifier_value", "country", "phone_std"], "string")
    engine.register("phone_numbers", frame.astype({**texts, "is_landline": "bool"}))
    if has_requests:
        engine.create_table("request_phones", _REQUEST_PHONES)


def _choose(readings: list[_Reading], certain: set[str]) -> tuple[str | None, bool]:
    if not readings:
        return None, False
    known = [reading for reading in readings if reading.number in certain]
    chosen = (known or readings)[0]
    return chosen.number, chosen.is_landline
