"""Log odds held against known answers: Platt (1999), with the model's own odds as what is believed beforehand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_FEWEST = 20  # answers of each kind among the scored pairs
_MOST_ODDS = 12.0
_STIFF_SLOPE, _STIFF_OFFSET = 40.0, 10.0
_ROUNDS = 200
_STEP = 0.2


@dataclass(frozen=True)
class Calibration:
    """log odds → slope · log odds + offset."""

    slope: float = 1.0
    offset: float = 0.0

    def __call__(self, log_odds: NDArray[np.float64], never: float) -> NDArray[np.float64]:
        """Corrected log odds; those at or below ``never`` stay."""
        import numpy as np

        return np.where(log_odds <= never, log_odds, self.slope * log_odds + self.offset)


def calibrate(
    log_odds: NDArray[np.float64], truth: NDArray[np.bool_], records: int, false_weight: float
) -> Calibration:
    """Fit slope and offset by penalised logistic regression; nothing changes where answers are few.

    Pairs of few ``records`` repeat one another: together they weigh as two per record at most. ``false_weight``: how
    many pairs each that does not match stands for.
    """
    import numpy as np

    if min(truth.sum(), (~truth).sum()) < _FEWEST:
        return Calibration()
    x = np.clip(log_odds, -_MOST_ODDS, _MOST_ODDS)
    weight = np.where(truth, 1.0, false_weight)
    weight *= min(1.0, 2 * records / weight.sum())
    design = np.stack([x, np.ones(len(x))])
    believed, stiffness = np.array([1.0, 0.0]), np.array([_STIFF_SLOPE, _STIFF_OFFSET])
    found = believed.copy()
    for _ in range(_ROUNDS):
        p = 1 / (1 + np.exp(-(found @ design)))
        slope = design @ (weight * (truth - p)) - stiffness * (found - believed)
        bend = (design * (weight * p * (1 - p))) @ design.T + np.diag(stiffness)
        step = np.clip(np.linalg.solve(bend, slope), -_STEP, _STEP)
        found += step
        if np.abs(step).max() < 1e-9:
            break
    return Calibration(float(max(found[0], 0.1).round(9)), float(found[1].round(9)))
