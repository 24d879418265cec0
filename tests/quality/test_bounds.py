"""Bounds from history: wide enough for ordinary nights, narrow enough for broken ones, silent when too young."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest

from cdp.quality.bounds import (
    Past,
    age_bounds,
    distance_bounds,
    share_bounds,
    silence_bounds,
    volume_bounds,
)

MONDAY = date(2026, 6, 1)


def nights(values, start=date(2026, 4, 1)):
    return [Past(start + timedelta(days=place), value) for place, value in enumerate(values)]


@pytest.mark.parametrize("values", [[], [100], [100, 110, 90, 100]])
def test_fewer_than_five_deliveries_judge_nothing(values):
    past = nights(values)
    assert volume_bounds(past, MONDAY) is None
    assert share_bounds(past, 1000, slack=0.05) is None
    assert age_bounds(past, slack=1) is None
    assert silence_bounds([item.business_date for item in past]) is None
    assert distance_bounds(values, 0.1, floor=0.1) is None


def test_one_odd_night_moves_nothing():
    usual = volume_bounds(nights([100, 110, 90, 105, 95]), MONDAY)
    odd = volume_bounds(nights([100, 110, 90, 105, 95, 50_000]), MONDAY)
    for bounds in (usual, odd):
        assert 25 <= bounds.low <= 50
        assert 250 <= bounds.high <= 400


def test_a_long_history_narrows_the_bounds():
    past = nights([100, 104, 98, 101] * 5)
    bounds = volume_bounds(past, MONDAY)
    assert (bounds.holds(60), bounds.holds(190)) == (True, True)
    assert (bounds.holds(45), bounds.holds(220)) == (False, False)


def test_quiet_sundays_are_held_against_sundays():
    start = date(2026, 4, 6)
    weeks = [Past(start + timedelta(days=day), 20 if day % 7 == 6 else 1000) for day in range(28)]
    sunday, monday = date(2026, 5, 10), date(2026, 5, 11)
    assert volume_bounds(weeks, sunday).holds(22)
    assert not volume_bounds(weeks, sunday).holds(1000)
    assert volume_bounds(weeks, monday).holds(950)
    assert not volume_bounds(weeks, monday).holds(22)
    assert volume_bounds(weeks, sunday).basis == "the last 4 Sundays"


def test_without_four_of_a_weekday_all_days_count():
    bounds = volume_bounds(nights([100] * 12), MONDAY)
    assert bounds.basis == "the last 12 deliveries"


def test_shares_allow_for_chance_in_small_deliveries():
    past = nights([0.10, 0.11, 0.09, 0.10, 0.10])
    assert share_bounds(past, 20, slack=0.05).holds(0.30)
    assert not share_bounds(past, 10_000, slack=0.05).holds(0.30)
    assert share_bounds(past, 10_000, slack=0.05).holds(0.14)


def test_ordinary_nights_seldom_warn():
    """Ninety nights of 200 to 300 rows with 8 % nulls: at most one false alarm in a hundred judgements."""
    chance = random.Random(7)
    volumes, shares, judged, alarms = [], [], 0, 0
    for night in range(90):
        day = date(2026, 1, 1) + timedelta(days=night)
        rows = chance.randint(200, 300)
        nulls = sum(chance.random() < 0.08 for _ in range(rows)) / rows
        for bounds, value in (
            (volume_bounds(volumes, day), rows),
            (share_bounds(shares, rows, slack=0.05), nulls),
        ):
            if bounds:
                judged += 1
                alarms += not bounds.holds(value)
        volumes.append(Past(day, rows))
        shares.append(Past(day, nulls))
    assert judged == 170
    assert alarms <= 1


def test_a_feed_is_missed_after_its_longest_gap_and_some():
    weekdays = [
        date(2026, 5, 1) + timedelta(days=day)
        for day in range(20)
        if (date(2026, 5, 1) + timedelta(days=day)).weekday() < 5
    ]
    bounds = silence_bounds(weekdays)
    assert bounds.holds(3)
    assert bounds.holds(5)
    assert not bounds.holds(6)


def test_ages_have_no_least_value():
    bounds = age_bounds(nights([0.2, 0.3, 0.2, 0.2, 0.3]), slack=1)
    assert bounds.low is None
    assert bounds.holds(1.1)
    assert not bounds.holds(1.4)
