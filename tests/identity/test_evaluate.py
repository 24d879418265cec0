"""Scores against an example worked out by hand."""

from __future__ import annotations

import pytest

from cdp.identity.evaluate import Scores, bcubed, labelled_pairs, pairwise, partition, threshold_curve

# Ada wrote a, b and c; Ben wrote d and e. Found: {a, b}, {c, d}, {e}; f has no label.
TRUTH = dict.fromkeys("abc", "Ada") | dict.fromkeys("de", "Ben")
FOUND = {"a": 1, "b": 1, "c": 2, "d": 2, "e": 3, "f": 3}


def test_pairs_by_hand():
    scores, counts = pairwise(FOUND, TRUTH)
    assert counts == (1, 1, 3), "ab is right, cd is wrong, ac, bc and de are missed"
    assert (scores.precision, scores.recall) == (1 / 2, 1 / 4)
    assert scores.f1 == pytest.approx(1 / 3)


def test_bcubed_by_hand():
    scores = bcubed(FOUND, TRUTH)
    assert scores.precision == pytest.approx((1 + 1 + 1 / 2 + 1 / 2 + 1) / 5)
    assert scores.recall == pytest.approx((2 / 3 + 2 / 3 + 1 / 3 + 1 / 2 + 1 / 2) / 5)


def test_judged_pairs_by_hand():
    pairs = [("a", "b", True), ("c", "d", False), ("a", "c", True), ("a", "e", False), ("a", "gone", True)]
    scores, counts = labelled_pairs(FOUND, pairs)
    assert counts == (1, 1, 1)
    assert (scores.precision, scores.recall, scores.f1) == (0.5, 0.5, 0.5)


def test_nothing_claimed_and_nothing_to_find_are_not_zero():
    assert pairwise({"a": 1, "b": 2}, {"a": "x", "b": "y"})[0] == Scores(None, None)
    assert bcubed({}, {"a": "x"}) == Scores(None, None)
    assert Scores(0.0, 0.0).f1 == 0.0
    assert Scores(None, 1.0).f1 is None


def test_the_curve_by_hand():
    curve = threshold_curve("abcde", [("a", "b")], [("b", "c", 0.95), ("c", "d", 0.6)], TRUTH, (0.5, 0.9, 0.99))
    assert [(row["count_edges"], row["precision"], row["recall"]) for row in curve] == [
        (2.0, 3 / 6, 3 / 4),
        (1.0, 1.0, 3 / 4),
        (0.0, 1.0, 1 / 4),
    ]
    assert partition("abc", [("c", "b")]) == {"a": "a", "b": "b", "c": "b"}
