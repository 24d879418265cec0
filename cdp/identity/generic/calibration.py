"""Log odds corrected by known answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

FOLDS = 5
FEWEST = 20  # answers of each kind, yes and no, among the scored pairs
_MOST_ODDS = 12.0
_STIFF_SLOPE, _STIFF_OFFSET, _STIFF_LEVEL = 40.0, 10.0, 10.0
_ROUNDS = 200
_STEP = 0.2


@dataclass(frozen=True)
class Calibration:
    """log odds → slope · log odds + offset + what each level of each comparison adds (``levels``: -1, 0, 1 …)."""

    slope: float = 1.0
    offset: float = 0.0
    levels: tuple[tuple[float, ...], ...] = ()

    def __call__(self, log_odds: Floats, patterns: Ints) -> Floats:
        """Corrected log odds of pairs with these levels (rows; -1 is unknown)."""
        import numpy as np

        corrected = self.slope * log_odds + self.offset
        for column, added in enumerate(self.levels):
            corrected = corrected + np.array(added)[patterns[:, column] + 1]
        return np.asarray(corrected, dtype=np.float64)


@dataclass(frozen=True)
class Answers:
    """Scored pairs with a known answer: log odds, levels (rows), whether they match, and a fold (0 to ``FOLDS`` - 1).

    Pairs of few ``records`` repeat one another: together they weigh as two per record at most. ``sizes``: the number of
    levels of each comparison, unknown included. ``false_weight``: how many pairs each that does not match stands for.
    ``are_whole``: every pair of the answered records is answered, so that nobody chose which kind to tell.
    """

    log_odds: Floats
    patterns: Ints
    truth: Bools
    folds: Ints
    records: int
    sizes: tuple[int, ...]
    false_weight: float = 1.0
    are_whole: bool = False

    @property
    def are_enough(self) -> bool:
        """Whether there are enough; of chosen pairs of each kind: from one kind, only more of the same is learned."""
        matches, others = self.counts
        return matches >= FEWEST and (self.are_whole or others >= FEWEST)

    @property
    def counts(self) -> tuple[int, int]:
        """How many match, how many do not."""
        matches = int(self.truth.sum())
        return matches, len(self.truth) - matches

    def weights(self) -> Floats:
        """How much each pair counts."""
        import numpy as np

        weight = np.where(self.truth, 1.0, self.false_weight)
        return np.asarray(weight * min(1.0, 2 * self.records / max(weight.sum(), 1e-9)), dtype=np.float64)


def calibrate(answers: Answers, without: int | None = None) -> Calibration:
    """Slope, offset and levels by penalised logistic regression: the model's own odds are what is believed beforehand.

    ``without``: a fold that is left aside. Source: Platt (1999), with more columns.
    """
    import numpy as np

    used = answers.folds != (-1 if without is None else without)
    parts = [np.clip(answers.log_odds, -_MOST_ODDS, _MOST_ODDS)[None], np.ones((1, len(answers.truth)))]
    for column, size in enumerate(answers.sizes):
        parts.append((answers.patterns[:, column] + 1 == np.arange(size)[:, None]).astype(float))
    design, truth, weight = np.concatenate(parts)[:, used], answers.truth[used], answers.weights()[used]
    believed = np.zeros(len(design))
    believed[0] = 1.0
    stiffness = np.array([_STIFF_SLOPE, _STIFF_OFFSET] + [_STIFF_LEVEL] * sum(answers.sizes))
    found = believed.copy()
    for _ in range(_ROUNDS):
        p = 1 / (1 + np.exp(-(found @ design)))
        slope = design @ (weight * (truth - p)) - stiffness * (found - believed)
        bend = (design * (weight * p * (1 - p))) @ design.T + np.diag(stiffness)
        step = np.clip(np.linalg.solve(bend, slope), -_STEP, _STEP)
        found += step
        if np.abs(step).max() < 1e-9:
            break
    added = np.split(found[2:].round(9), np.cumsum(answers.sizes)[:-1])
    return Calibration(
        round(max(float(found[0]), 0.1), 9), round(float(found[1]), 9), tuple(tuple(part.tolist()) for part in added)
    )
