"""Phone numbers to E.164, once per distinct value."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cdp.engines import Engine

_INTERNATIONAL = ("+", "00")
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
    records share links them whether it rings or not. After a certain reading no other is asked for.
    """
    text = value.strip()
    if text.startswith(_INTERNATIONAL):
        regions: list[tuple[str, str | None]] = [("+" + text.removeprefix("00").lstrip("+").replace("(0)", ""), None)]
    else:
        own = [country] if country else []
        regions = [(text, region) for region in dict.fromkeys([*own, *countries])] + [("+" + text, None)]
    found: list[_Reading] = []
    for candidate, region in regions:
        if reading := _read(candidate, region):
            found.append(reading)
            if _is_certain(value, country, found[0]):
                break
    first = [found[0]] if found and country else []
    valid = [reading for reading in found if reading.is_valid]
    yield from dict.fromkeys([*first, *valid, *found])


def _is_certain(value: str, country: str, first: _Reading) -> bool:
    """Whether a number's first reading leaves no doubt."""
    return value.strip().startswith(_INTERNATIONAL) or bool(country and first.is_valid)


_RECORDS = (
    "select distinct identifier_value, coalesce(country, '') as country, true as is_record from record_identifiers "
    "where identifier_type = 'phone' and identifier_value is not null"
)
_REQUESTS = (
    "select distinct phone as identifier_value, coalesce(country, '') as country, false as is_record "
    "from privacy_requests where phone is not null"
)
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
_CHOSEN = """
with certain as (
    select distinct readings.number
    from phone_readings as readings
    inner join written_phones as written
        on readings.identifier_value = written.identifier_value and readings.country = written.country
    where written.is_record and readings.is_certain
),

ranked as (
    select
        readings.identifier_value,
        readings.country,
        readings.number,
        readings.is_landline,
        readings.position + case when certain.number is null then 1000 else 0 end as doubt
    from phone_readings as readings
    left join certain on readings.number = certain.number
)

select
    identifier_value,
    country,
    min_by(number, doubt) filter (where number is not null) as phone_std,
    coalesce(min_by(is_landline, doubt) filter (where number is not null), false) as is_landline
from ranked
group by identifier_value, country
"""


def standardise_phones(engine: Engine, countries: Sequence[str], known: str | None = None) -> None:
    """Make table ``phone_numbers`` (identifier_value, country, phone_std, is_landline).

    A number written without its country code is read in the record's country, then in ``countries``; of several
    readings the one is taken that the records know with certainty from elsewhere. Where ``privacy_requests`` exists,
    the numbers of the requests are read likewise, and ``request_phones`` (request_id, phone_std) is made: one row per
    request with a readable number. All readings stay in table ``phone_readings``; given an earlier one as ``known``,
    only numbers that it lacks are read.
    """
    has_requests = engine.has_table("privacy_requests")
    asked = f" union all {_REQUESTS}" if has_requests else ""
    engine.create_table(
        "written_phones",
        f"select identifier_value, country, max(is_record) as is_record from ({_RECORDS}{asked}) as said group by all",
    )
    unread = "select identifier_value, country from written_phones"
    if known:
        unread += f" anti join {known} using (identifier_value, country)"
    _read_all(engine, engine.rows(f"{unread} order by all"), countries)
    if known:
        columns = ", ".join(_READING_COLUMNS)
        engine.execute(
            f"insert into phone_readings select {columns} from {known} "
            "semi join written_phones using (identifier_value, country)"
        )
    engine.create_table("phone_numbers", _CHOSEN)
    if has_requests:
        engine.create_table("request_phones", _REQUEST_PHONES)


_READING_COLUMNS = ("identifier_value", "country", "position", "number", "is_landline", "is_certain")


def _read_all(engine: Engine, written: Sequence[tuple[str, str]], countries: Sequence[str]) -> None:
    """Make ``phone_readings``: one row per reading of a written number, one without a number where there is none."""
    import pandas as pd

    rows: list[tuple[str, str, int, str | None, bool, bool]] = []
    for value, country in written:
        found = list(_readings(value, country, countries))
        certain = bool(found) and _is_certain(value, country, found[0])
        rows += [
            (value, country, position, reading.number, reading.is_landline, certain and position == 0)
            for position, reading in enumerate(found)
        ] or [(value, country, 0, None, False, False)]
    frame = pd.DataFrame(rows, columns=list(_READING_COLUMNS))
    texts = dict.fromkeys(("identifier_value", "country", "number"), "string")
    flags = dict.fromkeys(("is_landline", "is_certain"), "bool")
    engine.register("phone_readings", frame.astype({**texts, **flags, "position": "int64"}))
