"""Pairs that no rule selects, drawn so that the telling ones are not too few."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cdp.engines import Engine
from cdp.identity.generic.blocking import Rule

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Keys = NDArray[np.uint64]

_AT_RANDOM = 200_000
_PER_RULE = 30_000


def draw_pairs(engine: Engine, records: int, rules: Sequence[Rule]) -> None:
    """Make table ``drawn_pairs`` (l, r, weight): pairs beside ``candidate_pairs``, each standing for ``weight`` pairs.

    Some are drawn from all pairs, some from those that agree on what a rule asks for (the groups that were too large
    to compare). A pair that could have been drawn in several ways weighs less: Kalton and Anderson (1986), Sampling
    rare populations, section 4.
    """
    import numpy as np
    import pandas as pd

    generator = np.random.default_rng(20)
    possible = records * (records - 1) // 2
    keys = [_keys(engine, rule) for rule in rules if not rule.explode]
    drawn = [generator.integers(0, records, size=(min(_AT_RANDOM, 2 * possible), 2))]
    drawn[0] = drawn[0][drawn[0][:, 0] != drawn[0][:, 1]]
    rates = [len(drawn[0]) / possible]
    for key in keys:
        order = np.argsort(key, kind="stable")
        found, starts, sizes = np.unique(key[order], return_index=True, return_counts=True)
        sizes[found == 0] = 0
        pairs = np.cumsum(sizes * (sizes - 1) // 2)
        total = int(pairs[-1])
        if not total:
            rates.append(0.0)
            continue
        count = min(_PER_RULE, 2 * total)
        rates.append(count / total)
        group = np.searchsorted(pairs, generator.integers(0, total, size=count), side="right")
        one = generator.integers(0, sizes[group])
        other = (one + generator.integers(1, sizes[group])) % sizes[group]
        drawn.append(np.stack([order[starts[group] + one], order[starts[group] + other]], axis=1))
    left, right = np.concatenate(drawn).T
    expected = np.full(len(left), rates[0])
    for key, rate in zip(keys, rates[1:], strict=True):
        expected += rate * ((key[left] == key[right]) & (key[left] > 0))
    frame = pd.DataFrame({"l": np.minimum(left, right), "r": np.maximum(left, right), "weight": 1 / expected})
    engine.register("drawn", frame)
    engine.create_table(
        "drawn_pairs",
        "select l, r, sum(weight) as weight from drawn anti join candidate_pairs using (l, r) "
        "group by l, r order by l, r",
    )


def _keys(engine: Engine, rule: Rule) -> Keys:
    """The rule's key of every record; 0 where it has none."""
    needs = " and ".join(f"{column} is not null" for column in rule.needs)
    frame = engine.frame(
        f"select case when {needs} then greatest({rule.key}, 1) else 0 end as key from people order by n"
    )
    return frame["key"].to_numpy().astype("uint64")
