"""When things happen: eighteen months of history, and the nights on which exports are delivered."""

from __future__ import annotations

from bisect import bisect_right
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import accumulate
from zoneinfo import ZoneInfo

from cdp.sample.draws import Draws

DAY = 86_400
HOUR = 3_600
HISTORY_BEGINS = date(2024, 12, 1)
FIRST_NIGHT = date(2026, 5, 31)

LATER_DAY_WEIGHT = 6.0
"""Days after the first night are this much busier than usual, so that a small world has something to deliver."""


@lru_cache(maxsize=64)
def zone(name: str) -> ZoneInfo:
    """Return a time zone by its IANA name."""
    return ZoneInfo(name)


def seconds(day: date, hour: int = 0, minute: int = 0, time_zone: str = "UTC") -> int:
    """Return the instant of a local wall-clock time, in seconds since 1970 (UTC)."""
    return int(datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone(time_zone)).timestamp())


def utc(instant: int) -> datetime:
    """Return the instant as an aware datetime in UTC."""
    return datetime.fromtimestamp(instant, UTC)


def local(instant: int, time_zone: str) -> datetime:
    """Return the instant as an aware datetime in that zone."""
    return datetime.fromtimestamp(instant, zone(time_zone))


class Calendar:
    """The days of a world, how busy each is, and which night delivers what."""

    def __init__(self, nights: int) -> None:
        self.nights = nights
        self.begin = seconds(HISTORY_BEGINS)
        self.cuts = [seconds(FIRST_NIGHT + timedelta(days=n + 1)) for n in range(nights)]
        self.days = [HISTORY_BEGINS + timedelta(days=n) for n in range((self.cuts[-1] - self.begin) // DAY)]
        self._busy = list(accumulate(self._weight(day) for day in self.days))

    @property
    def end(self) -> int:
        """The end of the last night's day: as of then, the truth is told (exclusive)."""
        return self.cuts[-1]

    def stamp(self, night: int) -> date:
        """Return the date in the file names of a night (1 is the first)."""
        return FIRST_NIGHT + timedelta(days=night - 1)

    def night_of(self, instant: int) -> int:
        """Return the night that delivers what happened then."""
        return bisect_right(self.cuts, instant) + 1

    def window(self, night: int) -> tuple[int, int]:
        """Return the instants (from, until) that a night adds."""
        return (0 if night == 1 else self.cuts[night - 2]), self.cuts[night - 1]

    def day(self, draws: Draws, first: int | None = None, last: int | None = None) -> date:
        """Draw a day, busy ones more often, between two instants (the whole history when not given)."""
        low = 0 if first is None else max(0, (first - self.begin) // DAY)
        high = len(self.days) - 1 if last is None else min(len(self.days) - 1, (last - self.begin) // DAY)
        if low >= high:
            return self.days[min(low, len(self.days) - 1)]
        below = self._busy[low - 1] if low else 0.0
        point = below + draws.unit() * (self._busy[high] - below)
        return self.days[min(bisect_right(self._busy, point), high)]

    @staticmethod
    def _weight(day: date) -> float:
        season = 1.9 if day.month in (11, 12) else 0.7 if day.month in (1, 2) else 1.0
        weekday = (0.8, 0.8, 0.9, 1.0, 1.2, 1.6, 1.1)[day.weekday()]
        return season * weekday * (LATER_DAY_WEIGHT if day > FIRST_NIGHT else 1.0)
