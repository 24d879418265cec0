"""What known answers may change, and how far."""

import numpy as np
import pandas as pd

from cdp.identity.generic.calibration import Calibration, calibrate
from cdp.identity.generic.labels import Labels


def test_few_answers_leave_the_odds_alone():
    odds = np.linspace(-5, 5, 30)
    assert calibrate(odds, odds > 0, 30, 1.0) == Calibration()


def test_many_answers_correct_odds_that_promise_too_much():
    random = np.random.default_rng(1)
    odds = random.uniform(-8, 8, 4000)
    truth = random.random(4000) < 1 / (1 + np.exp(-(odds / 2 - 1)))
    found = calibrate(odds, truth, 4000, 1.0)
    assert 0.4 < found.slope < 0.6
    assert -1.2 < found.offset < -0.8
    assert found(np.array([-40.0, 0.0]), -40.0)[0] == -40.0


def test_a_wrong_pair_weighs_more_where_few_persons_are_answered():
    frame = pd.DataFrame({"record": ["0", "1", "2", "3"], "person": ["a", "a", "b", "b"]})
    labels = Labels(frame, {str(number): [number] for number in range(40)})
    left = np.arange(0, 40, 2)
    apart = np.array([0, 0, 2, 2])
    mixed = np.array([0, 0, 0, 3])
    assert labels.f1(apart) == 1.0
    before = labels.f1(mixed)
    labels.weigh(left, left + 1, 40)
    assert labels.false_weight == 10
    assert labels.f1(mixed) < before
    assert labels.f1(apart) == 1.0
