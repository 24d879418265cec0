"""Recognise how dates and times are written, and give the strptime pattern that reads them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from zoneinfo import available_timezones

ISO = r"^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}([.]\d+)?)?( ?(Z|UTC|[+-]\d{2}(:?\d{2})?))?)?$"
_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_WEEKDAY = re.compile(r"(?i)^(mon|tue|wed|thu|fri|sat|sun)[a-z]*,? ")
_CLOCK = re.compile(
    r"^(?P<gap>[T ,]+)(?P<hour>\d{1,2}):\d{2}(?P<second>:\d{2})?(?P<part>[.]\d{1,9})?(?P<half> ?[AaPp][Mm])?"
)
_TIME_OF_DAY = re.compile(r"\d{1,2}:\d{2}(:\d{2})?( ?[AaPp]\.?[Mm]\.?)?")
_SEPARATED = re.compile(r"^(?P<a>\d{1,4})(?P<sign>[-/.])(?P<b>\d{1,2})(?P=sign)(?P<c>\d{4}|\d{2})(?!\d)")
_DAY_MONTH = re.compile(
    rf"(?i)^\d{{1,2}}(?P<one>[-. ]+)(?P<month>({_MONTHS})[a-z]*)\.?(?P<two>[-, ]+)(?P<year>\d{{4}}|\d{{2}})(?!\d)"
)
_MONTH_DAY = re.compile(rf"(?i)^(?P<month>({_MONTHS})[a-z]*)\.?(?P<one> )\d{{1,2}}(?P<two>,? )(?P<year>\d{{4}})(?!\d)")
ABBREVIATIONS = {
    "EST": "America/New_York", "EDT": "America/New_York", "CST": "America/Chicago", "CDT": "America/Chicago",
    "MST": "America/Denver", "MDT": "America/Denver", "PST": "America/Los_Angeles", "PDT": "America/Los_Angeles",
    "BST": "Europe/London", "CET": "Europe/Berlin", "CEST": "Europe/Berlin", "AEST": "Australia/Sydney",
    "AEDT": "Australia/Sydney", "NZST": "Pacific/Auckland", "NZDT": "Pacific/Auckland",
}  # fmt: skip
SPELLED_ZONES = {
    "eastern": "America/New_York", "central": "America/Chicago", "mountain": "America/Denver",
    "pacific": "America/Los_Angeles", "alaska": "America/Anchorage", "hawaii": "Pacific/Honolulu",
    "arizona": "America/Phoenix", "atlantic": "America/Halifax", "london": "Europe/London",
    "dublin": "Europe/Dublin", "paris": "Europe/Paris", "berlin": "Europe/Berlin", "madrid": "Europe/Madrid",
    "rome": "Europe/Rome", "amsterdam": "Europe/Amsterdam", "sydney": "Australia/Sydney",
    "melbourne": "Australia/Melbourne", "brisbane": "Australia/Brisbane", "auckland": "Pacific/Auckland",
    "tokyo": "Asia/Tokyo", "utc": "UTC", "gmt": "UTC",
}  # fmt: skip


@dataclass(frozen=True)
class Written:
    """How a column writes time. ``formats`` is empty for ISO 8601, which needs none.

    ``zone`` is set when the values themselves name one; ``doubt`` says what a person should look at.
    """

    has_clock: bool
    has_offset: bool
    formats: tuple[str, ...] = ()
    zone: str | None = None
    doubt: str = ""


def day_written(value: str) -> str:
    """The day of a date or instant as it is written, without its clock."""
    if re.fullmatch(r"[12]\d{9}(\d{3}|\d{6})?", value.strip()):
        return str(int(value.strip()[:10]) // 86_400)
    return re.sub(r"(T|[ ,]+)\d{1,2}:\d{2}.*$", "", value.strip())


def time_of_day(values: Sequence[str]) -> str | None:
    """The strptime pattern of a column that holds clock times without dates."""
    if not values or sum(_TIME_OF_DAY.fullmatch(value) is not None for value in values) < 0.95 * len(values):
        return None
    half = any(value[-1] in "mM." for value in values)
    seconds = max(value.count(":") for value in values) == 2
    clock = "%I:%M" if half else "%H:%M"
    gap = " " if any(" " in value for value in values) else ""
    return clock + (":%S" if seconds else "") + (f"{gap}%p" if half else "")


def zones_of(values: Sequence[str]) -> dict[str, str] | None:
    """IANA zone of every value of a column that names time zones; ``None`` when it does not."""
    found = {value: zone_named(value) for value in sorted(set(values))}
    known = {value: zone for value, zone in found.items() if zone}
    return known if known and len(known) * 2 > len(found) and len(found) <= 40 else None


def zone_named(value: str) -> str | None:
    """The IANA name of a zone however it is written."""
    if value in _zones():
        return value
    if re.search(r"\d{2}", value):
        return None
    if value.upper() in ABBREVIATIONS:
        return ABBREVIATIONS[value.upper()]
    for word in re.findall(r"[a-z]+", value.lower()):
        if word in SPELLED_ZONES:
            return SPELLED_ZONES[word]
    return None


@cache
def _zones() -> frozenset[str]:
    return frozenset(name for name in available_timezones() if "/" in name or name == "UTC")


def written_time(
    values: Sequence[str], *, month_first: bool | None = None, plain_digits: bool = False
) -> Written | None:
    """How the values write dates or instants; ``None`` when nine of ten are neither.

    ``month_first`` decides between 03/04 and 03/04 when no value can; ``plain_digits`` allows 20260531.
    """
    if not values:
        return None
    first = _month_first(values) if _month_first(values) is not None else month_first
    counted: Counter[tuple[str, str]] = Counter()
    for value in values:
        pattern = _pattern(value, month_first=bool(first), plain_digits=plain_digits)
        if pattern is not None:
            counted[pattern] += 1
    if sum(counted.values()) < 0.9 * len(values):
        return None
    formats = tuple(fmt for (fmt, _), count in counted.most_common() if fmt and count * 200 >= len(values))
    zones = {zone for (_, zone) in counted if zone}
    has_clock = any("%H" in fmt or "%I" in fmt for fmt, _ in counted) or any(
        len(value) > 10 for value in values if re.match(ISO, value)
    )
    offsets = any("%z" in fmt for fmt in formats) or any(_iso_offset(value) for value in values)
    if formats and any(not fmt for fmt, _ in counted):
        formats = (*formats, *_iso_formats(values))
    doubt = ""
    if _month_first(values) is None and any(re.search(r"%[dm][/.-]%[dm]", fmt) for fmt in formats):
        doubt = f"is {values[0]} written {'month' if first else 'day'} first? No value tells"
    return Written(has_clock, offsets, formats, min(zones) if len(zones) == 1 else None, doubt)


def _iso_offset(value: str) -> bool:
    return re.match(ISO, value) is not None and re.search(r":\d.*(Z|UTC|[+-]\d{2}(:?\d{2})?)$", value) is not None


def _iso_formats(values: Sequence[str]) -> tuple[str, ...]:
    shapes = {(len(value) > 10, "T" in value, value.count(":") > 1) for value in values if re.match(ISO, value)}
    found = [
        "%Y-%m-%d" + (("T" if letter else " ") + ("%H:%M:%S" if seconds else "%H:%M") if clock else "")
        for clock, letter, seconds in sorted(shapes)
    ]
    return tuple(dict.fromkeys(found))


def _month_first(values: Sequence[str]) -> bool | None:
    """Whether the first of two short numbers is the month, as far as a value above 12 tells."""
    firsts, seconds = set(), set()
    for value in values:
        found = _SEPARATED.match(_WEEKDAY.sub("", value.strip()))
        if found and len(found["a"]) < 3:
            firsts.add(int(found["a"]))
            seconds.add(int(found["b"]))
            if found["sign"] == ".":
                return False
    if not firsts or (max(firsts) > 12) == (max(seconds) > 12):
        return None
    return max(seconds) > 12


def _pattern(value: str, *, month_first: bool, plain_digits: bool) -> tuple[str, str] | None:
    """The strptime pattern (empty for ISO) and the zone of one value."""
    value = value.strip()
    if re.match(ISO, value):
        return "", ""
    weekday = _WEEKDAY.match(value)
    rest = value[weekday.end() :] if weekday else value
    head = "" if not weekday else ("%a" if len(weekday[1]) == len(weekday[0].strip(", ")) else "%A")
    head += weekday[0][len(weekday[0].rstrip(", ")) :] if weekday else ""
    date = _date(rest, month_first=month_first, plain_digits=plain_digits)
    if date is None:
        return None
    pattern, length = date
    tail = _clock_and_zone(rest[length:])
    return None if tail is None else (head + pattern + tail[0], tail[1])


def _date(value: str, *, month_first: bool, plain_digits: bool) -> tuple[str, int] | None:
    if found := _SEPARATED.match(value):
        sign = found["sign"]
        if len(found["a"]) == 4:
            return f"%Y{sign}%m{sign}%d", found.end()
        if len(found["a"]) == 3:
            return None
        year = "%Y" if len(found["c"]) == 4 else "%y"
        order = ("%m", "%d") if month_first and sign != "." else ("%d", "%m")
        return sign.join((*order, year)), found.end()
    if found := _DAY_MONTH.match(value):
        month = "%b" if len(found["month"]) == 3 else "%B"
        return f"%d{found['one']}{month}{found['two']}{'%Y' if len(found['year']) == 4 else '%y'}", found.end()
    if found := _MONTH_DAY.match(value):
        month = "%b" if len(found["month"]) == 3 else "%B"
        return f"{month}{found['one']}%d{found['two']}%Y", found.end()
    if plain_digits and re.match(r"(19|20)\d{6}(?!\d)", value):
        return "%Y%m%d", 8
    return None


def _clock_and_zone(rest: str) -> tuple[str, str] | None:
    if not rest:
        return "", ""
    clock = _CLOCK.match(rest)
    if clock is None:
        return None
    pattern = clock["gap"] + ("%I:%M" if clock["half"] else "%H:%M") + (":%S" if clock["second"] else "")
    if clock["part"]:
        pattern += ".%f" if len(clock["part"]) <= 7 else ".%n"
    if clock["half"]:
        pattern += (" " if " " in clock["half"] else "") + "%p"
    zone = rest[clock.end() :]
    if not zone:
        return pattern, ""
    if re.fullmatch(r" ?[+-]\d{2}:?\d{2}", zone):
        return pattern + (" %z" if zone.startswith(" ") else "%z"), ""
    plain = zone.strip()
    if plain in ABBREVIATIONS:
        return f"{pattern}{zone}", ABBREVIATIONS[plain]
    return (f"{pattern}{zone}", "UTC") if plain in {"Z", "UTC", "GMT"} else None
