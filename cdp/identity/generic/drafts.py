"""What one model would make of the records: groups for every threshold, and what it promises of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from cdp.engines import Engine
from cdp.identity.generic.partition import cut, loose_components, merge_tree, one_per_source
from cdp.identity.generic.scoring import KEPT, Scorer
from cdp.identity.generic.vouching import vouched

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

HEIGHTS = (0.2, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.99)
LEAST_PRECISION = 0.75
_LOOSE = -1.0  # log odds: a probability of 0.27
_MOST_MEMBERS = 2000


class Draft:
    """Groups of the ``records`` under a scorer; ``sources`` gives the source of each record.

    ``is_single``: a source holds a person at most once. ``pairs``: the scored candidates, if they are at hand.
    """

    def __init__(
        self, engine: Engine, scorer: Scorer, sources: Ints, *, is_single: bool, pairs: pd.DataFrame | None = None
    ) -> None:
        pairs = scored(engine, scorer) if pairs is None else pairs
        self._count = len(sources)
        self.partition: Callable[[float], Ints]
        if is_single:
            inside = pairs[sources[pairs["l"].to_numpy()] != sources[pairs["r"].to_numpy()]]
            self.partition = lambda height: one_per_source(self._count, inside, sources, height)
            self._expected = float(inside["p"].sum())
        else:
            loose = loose_components(self._count, pairs, _LOOSE, _MOST_MEMBERS)
            inside = _every_pair_inside(engine, scorer, loose)
            tree = merge_tree(self._count, loose, inside)
            self.partition = lambda height: cut(self._count, tree, height)
            self._expected = float(pairs["p"].sum())
        self._left, self._right, self._p = (inside[name].to_numpy() for name in ("l", "r", "p"))
        if not is_single:
            own = self._p
            self._p = vouched(self.partition(min(HEIGHTS)), self._left, self._right, own)
            self._expected += float((self._p - own).sum())

    def quality(self, groups: Ints) -> tuple[float, float]:
        """The precision and recall (shares of pairs) that the model expects of groups."""
        together = groups[self._left] == groups[self._right]
        right = float(self._p[together].sum())
        return right / max(_count_pairs(groups), 1), min(right / max(self._expected, 1e-9), 1.0)

    def promise(self, groups: Ints) -> float:
        """The expected F1; below zero where the precision would be too little."""
        precision, recall = self.quality(groups)
        f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
        return f1 - (1.0 if precision < LEAST_PRECISION else 0.0)

    def height(self, least: float = min(HEIGHTS)) -> float:
        """The height, of at least ``least``, whose groups promise most; the highest of equals."""
        return max(
            (height for height in HEIGHTS if height >= least),
            key=lambda height: (round(self.promise(self.partition(height)), 6), height),
        )


def scored(engine: Engine, scorer: Scorer) -> pd.DataFrame:
    """Candidate pairs that may match: columns l, r, pattern, log_odds and the probability p."""
    return _with_probability(scorer.score_candidates(engine, KEPT))


def _with_probability(pairs: pd.DataFrame) -> pd.DataFrame:
    import numpy as np

    return pairs.assign(p=1 / (1 + np.exp(-np.clip(pairs["log_odds"].to_numpy(), -40, 40))))


def _count_pairs(groups: Ints) -> int:
    import numpy as np

    sizes = np.bincount(groups)
    return int((sizes * (sizes - 1) // 2).sum())


def _every_pair_inside(engine: Engine, scorer: Scorer, labels: Ints) -> pd.DataFrame:
    import numpy as np
    import pandas as pd

    sizes = np.bincount(labels, minlength=len(labels))
    members = np.flatnonzero(sizes[labels] > 1)
    engine.register("loose_members", pd.DataFrame({"n": members, "label": labels[members]}))
    engine.create_table(
        "pairs_inside",
        "select l.n as l, r.n as r from loose_members as l inner join loose_members as r "
        "on l.label = r.label and l.n < r.n",
    )
    return _with_probability(scorer.score_inside(engine, "pairs_inside"))
