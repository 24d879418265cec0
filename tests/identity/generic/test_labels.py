"""What known answers may change, and how far."""

import random
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cdp.identity.generic import ResolveOptions, resolve_frames
from cdp.identity.generic.calibration import FOLDS, Answers, Calibration, calibrate
from cdp.identity.generic.labels import Labels

sys.path.insert(0, str(Path(__file__).parent))
import worlds


def answers(odds, patterns, truth):
    return Answers(odds, patterns, truth, np.arange(len(odds)) % FOLDS, len(odds), (patterns.max() + 2,))


def test_answers_correct_odds_that_promise_too_much():
    generator = np.random.default_rng(1)
    odds = generator.uniform(-8, 8, 4000)
    truth = generator.random(4000) < 1 / (1 + np.exp(-(odds / 2 - 1)))
    nothing = np.zeros((4000, 1), dtype=int)
    found = calibrate(answers(odds, nothing, truth))
    assert 0.4 < found.slope < 0.6
    assert -1.2 < found(np.zeros(1), nothing[:1])[0] < -0.8


def test_answers_correct_one_level_and_leave_the_others():
    generator = np.random.default_rng(2)
    patterns = generator.integers(-1, 3, (6000, 1))
    odds = generator.uniform(-6, 6, 6000)
    truth = generator.random(6000) < 1 / (1 + np.exp(-(odds + 3 * (patterns[:, 0] == 0))))
    found = calibrate(answers(odds, patterns, truth))(np.zeros(4), np.array([[-1], [0], [1], [2]]))
    assert found[1] > 2
    assert np.abs(found[[0, 2, 3]]).max() < 0.5


def test_a_fold_left_aside_teaches_nothing():
    odds = np.zeros(50)
    patterns = np.zeros((50, 1), dtype=int)
    told = answers(odds, patterns, np.arange(50) % FOLDS == 0)
    assert calibrate(told, without=0)(odds[:1], patterns[:1])[0] < calibrate(told)(odds[:1], patterns[:1])[0]
    assert Calibration()(odds, patterns).tolist() == odds.tolist()


def test_a_wrong_pair_weighs_more_where_few_persons_are_answered():
    frame = pd.DataFrame({"record": ["0", "1", "2", "3"], "person": ["a", "a", "b", "b"]})
    labels = Labels(frame, {str(number): [number] for number in range(40)}, 40)
    left = np.arange(0, 40, 2)
    apart = np.array([0, 0, 2, 2])
    mixed = np.array([0, 0, 0, 3])
    assert labels.f1(apart)[0] == 1.0
    before = labels.f1(mixed)[0]
    labels.weigh(left, left + 1)
    assert labels.false_weight == 10
    assert labels.f1(mixed)[0] < before
    assert labels.f1(apart)[0] == 1.0


def held_out(world, shape, share=0.5):
    """F1 on persons nobody answered for, without and with answers for the others."""
    people = sorted(set(world.truth.values()))
    random.Random(1).shuffle(people)
    told = set(people[: int(len(people) * share)])
    known = pd.DataFrame([(record, person) for record, person in world.truth.items() if person in told])
    if shape == "pairs":
        joined = known.merge(known, how="cross")
        joined = joined[joined["0_x"] < joined["0_y"]]
        same = joined["1_x"] == joined["1_y"]
        asked = pd.concat([joined[same], joined[~same].sample(n=same.sum(), random_state=1)]).sample(
            frac=1, random_state=1
        )
        known = pd.DataFrame(
            {
                "a": asked["0_x"],
                "b": asked["0_y"],
                "same": (asked["1_x"] == asked["1_y"]).map({True: "yes", False: "no"}),
            }
        )
    others = {record: person for record, person in world.truth.items() if person not in told}
    found = []
    for labels in (None, known):
        customers = resolve_frames(world.frames, ResolveOptions("id", threads=1, labels=labels)).customers
        of = dict(zip(customers["source_id"], customers["customer_id"], strict=True))
        found.append(worlds.pair_scores({record: of[record] for record in others}, others)[2])
    return found


@pytest.mark.parametrize("shape", ["persons", "pairs"])
def test_answers_help_with_people_nobody_answered_for(shape):
    without, with_answers = held_out(worlds.misdated(1, 300), shape)
    assert with_answers > without + 0.1


def test_answers_do_no_harm_where_nothing_is_wrong():
    without, with_answers = held_out(worlds.sparse(3, 300, share=0.4), "persons")
    assert with_answers >= without
