"""What known answers may change, and how far."""

import random
import sys
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cdp.errors import UsageError
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


def held_out(world, share=0.5):
    """F1 on persons nobody answered for, without and with answers for the others."""
    people = sorted(set(world.truth.values()))
    random.Random(1).shuffle(people)
    told = set(people[: int(len(people) * share)])
    known = pd.DataFrame([(record, person) for record, person in world.truth.items() if person in told])
    others = {record: person for record, person in world.truth.items() if person not in told}
    found = []
    for labels in (None, known):
        of = customers_of(world, labels)
        found.append(worlds.pair_scores({record: of[record] for record in others}, others)[2])
    return found


def pairs_of(world, told, many=150):
    """Answers to pairs of these persons' records that share a name and a town, two names, a street or a birth date."""
    (frame,) = world.frames.values()
    frame = frame.set_index("id")
    found = set()
    for shared in (["last_name", "city"], ["first_name", "last_name"], ["street"], ["dob"]):
        for _, group in frame.dropna(subset=shared).groupby(shared):
            found |= {pair for pair in combinations(sorted(group.index), 2) if {world.truth[r] for r in pair} <= told}
    mixed = random.Random(2).sample(sorted(found), len(found))
    rows = [(*pair, len({world.truth[record] for record in pair}) == 1) for pair in mixed]
    kept = [row for is_same in (True, False) for row in [row for row in rows if row[2] == is_same][:many]]
    return pd.DataFrame([(one, other, "yes" if is_same else "no") for one, other, is_same in kept])


def test_answered_pairs_help_with_people_nobody_answered_for():
    world = worlds.misdated(2, 500)
    people = sorted(set(world.truth.values()))
    told = set(random.Random(1).sample(people, len(people) // 2))
    others = {record: person for record, person in world.truth.items() if person not in told}
    without, helped = (
        worlds.pair_scores({record: of[record] for record in others}, others)
        for of in (customers_of(world, None), customers_of(world, pairs_of(world, told)))
    )
    assert helped[2] > without[2] + 0.1
    assert helped[0] > 0.98


def customers_of(world, labels):
    customers = resolve_frames(world.frames, ResolveOptions("id", threads=1, labels=labels)).customers
    return dict(zip(customers["source_id"], customers["customer_id"], strict=True))


def test_answers_help_with_people_nobody_answered_for():
    without, with_answers = held_out(worlds.misdated(1, 300))
    assert with_answers > without + 0.1


def test_answers_do_no_harm_where_nothing_is_wrong():
    without, with_answers = held_out(worlds.sparse(3, 300, share=0.4))
    assert with_answers >= without


def test_pairs_that_all_say_yes_change_nothing_whatever_no_is_said_of_strangers():
    world = worlds.misdated(1, 300)
    records = sorted(world.truth)
    every = [(one, other) for number, one in enumerate(records) for other in records[number + 1 :]]
    same = [(*pair, "yes") for pair in every if world.truth[pair[0]] == world.truth[pair[1]]]
    apart = [(*pair, "no") for pair in every if world.truth[pair[0]] != world.truth[pair[1]]]
    assert len(same) > 100
    without = customers_of(world, None)
    assert customers_of(world, pd.DataFrame(same)) == without
    assert customers_of(world, pd.DataFrame(same + random.Random(1).sample(apart, 300))) == without


def test_the_weights_need_answers_of_both_kinds():
    nothing = np.zeros((60, 1), dtype=int)
    assert not answers(np.zeros(60), nothing, np.ones(60, dtype=bool)).are_enough
    assert not answers(np.zeros(60), nothing, np.arange(60) < 41).are_enough
    assert answers(np.zeros(60), nothing, np.arange(60) < 40).are_enough


def test_a_slope_that_would_turn_the_odds_around_is_held():
    odds = np.linspace(-8, 8, 4000)
    assert calibrate(answers(odds, np.zeros((4000, 1), dtype=int), odds < 0)).slope == 0.1


NUMBERS = {str(number): [number] for number in range(40)}


def told_of(labels):
    groups = np.arange(40) // 4
    left, right = np.triu_indices(40, 1)
    positions, truth, folds, records = labels.among(left, right)
    return labels.f1(groups).tolist(), positions.tolist(), truth.tolist(), folds.tolist(), records, labels.count


@pytest.mark.parametrize("shape", ["persons", "pairs"])
def test_line_order_side_and_repeats_change_nothing(shape):
    if shape == "persons":
        frame = pd.DataFrame({"record": list(NUMBERS), "person": [f"p{number // 3 * 7 % 40}" for number in range(40)]})
    else:
        rows = [(str(n), str(n + 1), "no" if n % 3 == 2 else "yes") for n in range(39)]
        frame = pd.DataFrame(rows, columns=["a", "b", "same"])
    expected = told_of(Labels(frame, NUMBERS, 40))
    assert len(set(expected[3])) > 2
    mixed = pd.concat([frame, frame[:9]]).sample(frac=1, random_state=4)
    assert told_of(Labels(mixed, NUMBERS, 40)) == expected
    if shape == "pairs":
        assert told_of(Labels(mixed[["b", "a", "same"]], NUMBERS, 40)) == expected


def test_pairs_of_one_person_are_held_back_together():
    frame = pd.DataFrame([("0", "1", "yes"), ("1", "2", "yes"), ("2", "3", "yes"), ("5", "6", "yes")])
    folds = Labels(frame, NUMBERS, 40).among(np.array([0, 1, 2]), np.array([1, 2, 3]))[2]
    assert len(set(folds.tolist())) == 1


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([("1", "anna"), ("2", "anna"), ("1", "bert")], ["line 4", "column x1 says bert of 1", "line 2 says anna"]),
        ([("1", "2", "yes"), ("3", "4", "no"), ("2", "1", "0")], ["line 4", "says no of 2 and 1", "line 2 says yes"]),
    ],
)
def test_answers_that_contradict_each_other_are_refused(rows, said):
    frame = pd.DataFrame(rows).rename(columns=lambda number: f"x{number}")
    with pytest.raises(UsageError) as caught:
        Labels(frame, NUMBERS, 40)
    assert all(words in str(caught.value) for words in said)
