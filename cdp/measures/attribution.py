"""Removal effects: what each channel's absence would cost, from how customers move between channels.

Source: Anderl, Becker, von Wangenheim and Schumann, "Mapping the customer journey: Lessons learned from graph-based
online attribution modeling", International Journal of Research in Marketing 33 (2016); the first-order model.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

BEGIN, ORDER, NOTHING = "(begin)", "(order)", "(nothing)"
"""Where every path begins, and the two places where it may end."""


def removal_effects(moves: Iterable[tuple[str, str, int]]) -> dict[str, float]:
    """Share of orders that would be lost without each channel.

    ``moves`` are (from, to, how often), with ``BEGIN`` before the first touch of a path and ``ORDER`` or ``NOTHING``
    after its last. Without a channel, whoever reaches it ends with nothing; so what is lost is
    P(reach c) P(order from c) / P(order). One inverse of the chain's matrix gives all of them.
    """
    import numpy as np

    counted = Counter({(origin, target): count for origin, target, count in moves})
    left: Counter[str] = Counter()
    for (origin, _), count in counted.items():
        left[origin] += count
    names = [BEGIN, *sorted(left.keys() - {BEGIN})]
    number = {name: index for index, name in enumerate(names)}
    stay = np.zeros((len(names), len(names)))
    ordered = np.zeros(len(names))
    for (origin, target), count in counted.items():
        if target == ORDER:
            ordered[number[origin]] += count / left[origin]
        elif target != NOTHING:
            stay[number[origin], number[target]] += count / left[origin]
    visits = np.linalg.inv(np.eye(len(names)) - stay)
    to_order = visits @ ordered
    if to_order[0] <= 0:
        return dict.fromkeys(names[1:], 0.0)
    lost = visits[0] / np.diag(visits) * to_order / to_order[0]
    return {name: round(float(min(lost[number[name]], 1.0)), 9) for name in names[1:]}
