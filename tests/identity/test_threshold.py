"""Answers of stewards move the threshold as far as they can carry it."""

from __future__ import annotations

import numpy as np
import pytest

from cdp.identity.threshold import propose_threshold


def answers(count, off_by, seed=1):
    """Pairs whose true log-odds are the model's plus ``off_by`` (natural), answered truly."""
    rng = np.random.default_rng(seed)
    odds = rng.uniform(-2, 4, count)
    truth = rng.random(count) < 1 / (1 + np.exp(-(odds + off_by)))
    return [(float(1 / (1 + np.exp(-one))), bool(is_match)) for one, is_match in zip(odds, truth, strict=True)]


def test_without_answers_nothing_is_proposed():
    assert propose_threshold([], 0.9, 0.5) is None


@pytest.mark.parametrize(("off_by", "wanted"), [(0.0, 0.9), (1.0, 0.768), (-1.5, 0.976)])
def test_many_answers_find_how_far_the_model_is_off(off_by, wanted):
    proposal = propose_threshold(answers(4000, off_by), 0.9, 0.5)
    assert proposal.is_enough
    assert proposal.threshold == pytest.approx(wanted, abs=0.02)
    assert proposal.shift == pytest.approx(off_by / np.log(2), abs=0.2)


def test_few_answers_move_little_and_are_not_acted_on():
    proposal = propose_threshold([(0.85, True)] * 3, 0.9, 0.5)
    assert not proposal.is_enough
    assert 0.8 < proposal.threshold < 0.9


def test_one_sided_answers_are_not_enough_and_the_floor_holds():
    proposal = propose_threshold([(0.6, True)] * 200, 0.9, 0.5)
    assert not proposal.is_enough
    assert proposal.threshold >= 0.5
