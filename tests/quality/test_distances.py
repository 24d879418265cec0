"""Distances between distributions, read off sketches."""

from __future__ import annotations

import random
from statistics import NormalDist, quantiles

import pytest
from scipy.stats import ks_2samp

from cdp.quality.distances import quantile_distance, value_distance


def sketch(values):
    inner = quantiles(values, n=20, method="inclusive")
    return [min(values), *inner, max(values)]


def normal(middle, count, seed):
    chance = random.Random(seed)
    return [chance.gauss(middle, 1) for _ in range(count)]


def test_the_distance_of_sketches_is_that_of_the_samples():
    left, right = normal(0, 3000, 1), normal(0.5, 3000, 2)
    exact = ks_2samp(left, right).statistic
    assert quantile_distance(sketch(left), 3000, [sketch(right)], [3000]).value == pytest.approx(exact, abs=0.02)
    theory = 2 * NormalDist().cdf(0.25) - 1
    assert exact == pytest.approx(theory, abs=0.03)


def test_a_shift_stands_out_from_what_is_usual():
    earlier = [sketch(normal(0, 400, seed)) for seed in range(8)]
    same = quantile_distance(sketch(normal(0, 400, 99)), 400, earlier, [400] * 8)
    moved = quantile_distance(sketch(normal(1, 400, 99)), 400, earlier, [400] * 8)
    assert same.value < same.chance
    assert moved.value > 0.3 > max(moved.usual)


def test_many_equal_values_are_one_step():
    mostly_one = [1.0] * 19 + [2.0] * 2
    mostly_two = [1.0] * 2 + [2.0] * 19
    assert quantile_distance(mostly_one, 100, [mostly_one], [100]).value == 0
    assert quantile_distance(mostly_two, 100, [mostly_one], [100]).value == pytest.approx(0.85)


def test_shares_that_move_and_values_that_are_new_have_a_distance():
    usual = [{"paid": 0.7, "open": 0.3}, {"paid": 0.72, "open": 0.28}, {"paid": 0.69, "open": 0.31}]
    rows = [500] * 3
    assert value_distance({"paid": 0.71, "open": 0.29}, 500, usual, rows).value < 0.01
    assert value_distance({"paid": 0.1, "open": 0.9}, 500, usual, rows).value > 1
    assert value_distance({"paid": 0.5, "open": 0.2, "void": 0.3}, 500, usual, rows).value > 1
    assert max(value_distance({"paid": 0.7, "open": 0.3}, 500, usual, rows).usual) < 0.01
