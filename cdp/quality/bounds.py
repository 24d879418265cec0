"""Bounds from a feed's own history: median and median absolute deviation, which single odd nights do not move.

Rousseeuw and Croux, "Alternatives to the Median Absolute Deviation" (JASA 1993), for the scaled deviation.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from statistics import median

FEWEST_RECENT = 5
"""Earlier deliveries needed before a new one can be judged by them."""
FEWEST_WEEKDAY = 4
"""Earlier deliveries of the same weekday needed before only these count."""
FEWEST_ROWS = 20
"""Rows needed before shares and distributions of a delivery mean anything."""
LONG_HISTORY = 10
RECENT = 30
"""Earlier deliveries that count."""
_DEVIATIONS = 4.0
_SCALE = 1.4826
"""Turns a median absolute deviation into a standard deviation, for normal data."""


@dataclass(frozen=True)
class Bounds:
    """Where a value should lie; ``basis`` tells in words what the bounds come from."""

    low: float | None
    high: float | None
    basis: str
    count: int = 0

    def holds(self, value: float) -> bool:
        """Whether a value lies within."""
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)


@dataclass(frozen=True)
class Past:
    """A value of an earlier delivery."""

    business_date: date
    value: float


def spread_of(values: Sequence[float]) -> tuple[float, float]:
    """Median, and four robust standard deviations."""
    middle = median(values)
    return middle, _DEVIATIONS * _SCALE * median(abs(value - middle) for value in values)


def volume_bounds(past: Sequence[Past], day: date) -> Bounds | None:
    """Bounds of the number of rows, on a logarithmic scale; ``None`` with fewer than five deliveries.

    Deliveries of the same weekday count alone once there are four. Never narrower than a third to three times the
    median; with ten deliveries or more, half to twice.
    """
    recent = past[-RECENT:]
    if len(recent) < FEWEST_RECENT:
        return None
    same = [item for item in recent if item.business_date.weekday() == day.weekday()]
    weekly = len(same) >= FEWEST_WEEKDAY and len({item.business_date.weekday() for item in recent}) > 1
    chosen = same if weekly else recent
    floor = math.log(3 if len(recent) < LONG_HISTORY else 2)
    middle, spread = spread_of([math.log(item.value + 1) for item in chosen])
    spread = max(spread, floor)
    basis = f"the last {len(chosen)} {day:%A}s" if weekly else f"the last {len(chosen)} deliveries"
    return Bounds(
        max(0, math.floor(math.exp(middle - spread) - 1)), math.ceil(math.exp(middle + spread)), basis, len(chosen)
    )


def share_bounds(past: Sequence[Past], rows: int, *, slack: float) -> Bounds | None:
    """Bounds of a share between 0 and 1 of ``rows`` rows: as usual, give or take ``slack`` and what chance does.

    ``None`` with fewer than five deliveries.
    """
    recent = past[-RECENT:]
    if len(recent) < FEWEST_RECENT or not rows:
        return None
    middle, spread = spread_of([item.value for item in recent])
    chance = _DEVIATIONS * math.sqrt(max(middle * (1 - middle), 1 / rows) / rows)
    width = max(spread, chance, slack)
    basis = f"the last {len(recent)} deliveries"
    return Bounds(max(0.0, middle - width), min(1.0, middle + width), basis, len(recent))


def age_bounds(past: Sequence[Past], *, slack: float) -> Bounds | None:
    """The greatest age in days; ``None`` with fewer than five deliveries."""
    recent = past[-RECENT:]
    if len(recent) < FEWEST_RECENT:
        return None
    middle, spread = spread_of([item.value for item in recent])
    return Bounds(None, middle + max(spread, slack), f"the last {len(recent)} deliveries", len(recent))


def silence_bounds(delivered: Sequence[date]) -> Bounds | None:
    """Days that may pass without a delivery: the longest gap so far and half of it, at least two days more."""
    recent = sorted(set(delivered))[-RECENT:]
    if len(recent) < FEWEST_RECENT:
        return None
    longest = max((later - earlier).days for earlier, later in pairwise(recent))
    return Bounds(None, max(longest + 2, math.ceil(1.5 * longest)), f"the last {len(recent)} deliveries", len(recent))


def distance_bounds(distances: Sequence[float], chance: float, *, floor: float) -> Bounds | None:
    """The greatest distance between distributions, given how far each earlier delivery lay from the others.

    ``chance`` is what sampling alone brings about; ``None`` with fewer than five deliveries.
    """
    if len(distances) < FEWEST_RECENT:
        return None
    middle, spread = spread_of(distances)
    return Bounds(None, max(middle + spread, chance, floor), f"the last {len(distances)} deliveries", len(distances))
