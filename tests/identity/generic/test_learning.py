"""What the model may learn from pairs that were drawn, and when a group vouches for a pair."""

import numpy as np
import pandas as pd
import pytest

from cdp.engines import open_engine
from cdp.identity.generic.blocking import Rule
from cdp.identity.generic.mixture import BIRTH, FAMILY, GIVEN, Prior, fit
from cdp.identity.generic.sampling import draw_pairs
from cdp.identity.generic.vouching import vouched


def test_a_coincidence_that_stands_for_a_million_pairs_teaches_nothing():
    priors = [Prior((0.1, 0.1, 0.8), 0.3, kind) for kind in (GIVEN, FAMILY, BIRTH)]
    patterns = np.array([[2, 2, 2], [0, 2, 2], [2, 2, 0], [0, 0, 0], [1, 2, 1]])
    candidates = np.array([9_000.0, 900.0, 5_000.0, 2_000_000.0, 90.0])
    far = np.array([0.0, 0.0, 0.0, 5e11, 3e6])
    mixture = fit(patterns, np.zeros(5, dtype=int), candidates, np.zeros(5), far, priors)
    same, other = mixture.log_odds(patterns[:2], np.zeros(2, dtype=int))
    assert same > other
    given = mixture.levels[0][[kind.name for kind in mixture.kinds].index("one person")]
    assert given[2] > 0.8


def test_drawn_pairs_stand_for_all_that_are_not_compared(tmp_path):
    engine = open_engine("duckdb", temp_dir=tmp_path, memory_limit=None, threads=1)
    count = 4000
    families = [f"f{number % 40}" if number < 2000 else f"g{number}" for number in range(count)]
    towns = [f"t{number % 5}" if number % 2 else None for number in range(count)]
    engine.register("people", pd.DataFrame({"n": range(count), "family": families, "city": towns}))
    engine.register("candidate_pairs", pd.DataFrame({"l": [0], "r": [1]}))
    draw_pairs(engine, count, [Rule("family", "hash(family)", ("family",)), Rule("city", "hash(city)", ("city",))])
    joined = (
        "select sum(weight) from drawn_pairs inner join people as a on l = a.n inner join people as b on r = b.n "
        "where a.family = b.family"
    )
    assert float(engine.scalar("select sum(weight) from drawn_pairs")) == pytest.approx(
        count * (count - 1) / 2, rel=0.02
    )
    assert float(engine.scalar(joined)) == pytest.approx(40 * 50 * 49 / 2, rel=0.05)
    assert engine.scalar("select count(*) from drawn_pairs where l >= r or (l = 0 and r = 1)") == 0
    engine.close()


def test_a_large_group_vouches_for_its_pairs_and_a_small_one_does_not():
    for size, expected in ((12, 0.9), (6, 0.1)):
        left, right = np.triu_indices(size, 1)
        p = np.where((left == 0) & (right == 1), 0.1, 0.9)
        assert vouched(np.zeros(size, dtype=int), left, right, p)[0] == expected


def test_two_people_and_a_bridge_vouch_for_nothing():
    size = 12
    left, right = np.triu_indices(size, 1)
    p = np.where((left < 5) & (right >= 6), 0.01, 0.9)
    supported = vouched(np.zeros(size, dtype=int), left, right, p)
    assert supported[(left < 5) & (right >= 6)].max() == 0.01


def test_groups_of_one_have_nothing_to_vouch_for():
    nothing = np.empty(0, dtype=int)
    assert vouched(np.arange(5), nothing, nothing, np.empty(0)).tolist() == []
    assert vouched(np.arange(5), np.array([0]), np.array([1]), np.array([0.4])).tolist() == [0.4]
