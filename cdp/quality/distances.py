"""How far a delivery's distribution lies from earlier ones, judged on small sketches instead of rows.

Numbers and dates: Kolmogorov-Smirnov distance of distribution functions read off stored quantiles. Values of a set:
population stability index (Siddiqi, "Credit Risk Scorecards", 2006), the symmetric Kullback-Leibler divergence.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

LEAST_SHARE = 0.0005
"""What a value that does not occur counts as, so that the index stays finite."""


@dataclass(frozen=True)
class Distance:
    """``value`` is the new delivery's distance from all earlier ones, ``usual`` each earlier one's from the others.

    ``chance`` is a distance that sampling alone seldom brings about (about 1 in 1,000).
    """

    value: float
    usual: tuple[float, ...]
    chance: float


def _leave_one_out(curves: Floats) -> tuple[Floats, Floats]:
    """The mean of all curves but one, for each; and the mean of all."""
    total = curves.sum(axis=0)
    return (total - curves) / max(len(curves) - 1, 1), total / len(curves)


def quantile_distance(
    current: Sequence[float], rows: int, earlier: Sequence[Sequence[float]], earlier_rows: Sequence[int]
) -> Distance:
    """Kolmogorov-Smirnov distance between sketches of equally spaced quantiles (all of one length)."""
    import numpy as np

    places = np.unique(np.concatenate([np.asarray(current), *map(np.asarray, earlier)]))
    levels = np.linspace(0, 1, len(current))

    def curve(quantiles: Sequence[float]) -> Floats:
        last = dict(zip(quantiles, levels, strict=True))
        return np.asarray(np.interp(places, list(last), list(last.values()), left=0.0, right=1.0))

    curves = np.array([curve(each) for each in earlier])
    now = curve(current)
    others, pooled = _leave_one_out(curves)
    usual = np.abs(curves - others).max(axis=1)
    chance = 1.95 * math.sqrt(1 / rows + 1 / max(sum(earlier_rows), 1)) + 1 / (len(current) - 1)
    return Distance(float(np.abs(now - pooled).max()), tuple(map(float, usual)), chance)


def value_distance(
    current: Mapping[str, float], rows: int, earlier: Sequence[Mapping[str, float]], earlier_rows: Sequence[int]
) -> Distance:
    """Population stability index between shares per value."""
    import numpy as np

    labels = sorted(set(current).union(*earlier))
    table = np.array([[each.get(label, 0.0) for label in labels] for each in earlier])
    now = np.array([current.get(label, 0.0) for label in labels])
    others, pooled = _leave_one_out(table)

    def index(left: Floats, right: Floats) -> Floats:
        left, right = np.maximum(left, LEAST_SHARE), np.maximum(right, LEAST_SHARE)
        return np.asarray(((left - right) * np.log(left / right)).sum(axis=-1))

    freedom = max(len(labels) - 1, 1)
    likely = freedom + 3.1 * math.sqrt(2 * freedom)
    chance = likely * (1 / rows + 1 / max(sum(earlier_rows), 1))
    return Distance(float(index(now, pooled)), tuple(map(float, index(table, others))), chance)
