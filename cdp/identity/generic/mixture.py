"""Learn from unlabelled pairs which of them are matches: a mixture of latent classes over levels of agreement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]


RARE = 0.01
_MOST_ROUNDS = 200
GIVEN, FAMILY, BIRTH, PLACE, PHONE, EMAIL, SELF = "given", "family", "birth", "place", "phone", "email", "self"


@dataclass(frozen=True)
class _Kind:
    """Pairs of one kind: on ``close`` fields they agree as one person's records do, on ``free`` fields as the data
    says, in all others they are strangers. There are at most ``most`` of them for each pair of one person.
    """

    name: str
    close: frozenset[str] = frozenset()
    free: frozenset[str] = frozenset()
    most: float = float("inf")


_ALL = frozenset({GIVEN, FAMILY, BIRTH, PLACE, PHONE, EMAIL, SELF})
_KINDS = (
    _Kind("one person", close=_ALL),
    _Kind("strangers"),
    _Kind("household", close=frozenset({FAMILY, PLACE}), free=frozenset({PHONE})),
    _Kind("twins", close=frozenset({FAMILY, PLACE, BIRTH}), free=frozenset({PHONE}), most=RARE),
    _Kind("parent and child of one name", close=frozenset({GIVEN, FAMILY, PLACE}), free=frozenset({PHONE}), most=RARE),
    _Kind("namesakes", close=frozenset({GIVEN, FAMILY}), free=frozenset({EMAIL})),
    _Kind("one house", close=frozenset({PLACE}), free=frozenset({PHONE})),
    _Kind("one town", free=frozenset({PLACE})),
    _Kind("one town, like names", free=frozenset({FAMILY, PLACE})),
    _Kind("relatives", free=frozenset({FAMILY})),
    _Kind("whatever else the rules select", free=_ALL),
)
_COUNT = len(_KINDS)


@dataclass(frozen=True)
class Prior:
    """What is believed of one comparison before data: levels from "differs" upwards; ``kind`` of field."""

    match: tuple[float, ...]
    most_different: float
    kind: str


@dataclass(frozen=True)
class Mixture:
    """Shares of the classes among candidates, and per comparison a table of class by level; class 0 are matches."""

    shares: Floats
    levels: tuple[Floats, ...]

    def log_odds(self, patterns: Ints) -> Floats:
        """Natural log odds that pairs of these patterns (rows; -1 is unknown) match, among candidates."""
        import numpy as np

        joint = _joint(patterns, self.levels) + np.log(self.shares)
        return np.asarray(joint[:, 0] - np.logaddexp.reduce(joint[:, 1:], axis=1), dtype=np.float64)


def _joint(patterns: Ints, levels: Sequence[Floats]) -> Floats:
    import numpy as np

    joint = np.zeros((len(patterns), levels[0].shape[0]))
    for column, table in enumerate(levels):
        padded = np.concatenate([np.log(table), np.zeros((table.shape[0], 1))], axis=1)
        joint += padded[:, patterns[:, column]].T
    return joint


def fit(patterns: Ints, candidates: Floats, strangers: Floats, priors: Sequence[Prior]) -> Mixture:
    """Expectation maximisation over distinct patterns.

    ``candidates`` and ``strangers`` count how often each pattern occurs among blocked and among random pairs; the
    random pairs anchor what strangers look like. Beliefs weigh as a twentieth of what is learned.
    """
    import numpy as np

    random_weight = min(1.0, 0.5 * candidates.sum() / max(strangers.sum(), 1.0))
    weights = [candidates, strangers * random_weight]
    tables = [_start(patterns[:, c], candidates, strangers, prior) for c, prior in enumerate(priors)]
    shares = [np.full(_COUNT, 1 / _COUNT), np.array([0.001, *([0.005] * (_COUNT - 1))])]
    shares[1][1] = 1 - shares[1].sum() + shares[1][1]
    before = -np.inf
    for _ in range(_MOST_ROUNDS):
        joint = _joint(patterns, tables)
        mass = np.zeros((len(patterns), _COUNT))
        likelihood = 0.0
        for sample in (0, 1):
            logs = joint + np.log(shares[sample])
            total = np.logaddexp.reduce(logs, axis=1)
            likelihood += float(weights[sample] @ total)
            part = np.exp(logs - total[:, None]) * weights[sample][:, None]
            mass += part
            shares[sample] = _limited(np.maximum(part.sum(axis=0), 1e-9) / max(part.sum(), 1e-9))
        tables = [_update(patterns[:, c], mass, prior) for c, prior in enumerate(priors)]
        if abs(likelihood - before) < 1e-6 * abs(likelihood):
            break
        before = likelihood
    return Mixture(shares[0], tuple(tables))


def _limited(shares: Floats) -> Floats:
    """Shares in which the rare kinds are as rare as said."""
    import numpy as np

    most = np.array([kind.most for kind in _KINDS]) * shares[0]
    limited = np.minimum(shares, most)
    limited[0], limited[1] = shares[0], shares[1]
    return np.asarray(limited / limited.sum(), dtype=np.float64)


def _start(column: Ints, candidates: Floats, strangers: Floats, prior: Prior) -> Floats:
    import numpy as np

    size = len(prior.match)
    known = column >= 0

    def shares(counts: Floats) -> Floats:
        seen = np.bincount(column[known], weights=counts[known], minlength=size) + 0.5
        return np.asarray(seen / seen.sum(), dtype=np.float64)

    table = np.tile(shares(strangers), (_COUNT, 1))
    for number, kind in enumerate(_KINDS):
        if prior.kind in kind.close:
            table[number] = np.array(prior.match)
        elif prior.kind in kind.free:
            table[number] = shares(candidates)
    return table


def _update(column: Ints, mass: Floats, prior: Prior) -> Floats:
    import numpy as np

    size = len(prior.match)
    known = column >= 0
    seen = np.stack([np.bincount(column[known], weights=mass[known, k], minlength=size) for k in range(_COUNT)])
    close = [number for number, kind in enumerate(_KINDS) if prior.kind in kind.close]
    strangers = [number for number, kind in enumerate(_KINDS) if prior.kind not in kind.close | kind.free]
    seen[strangers] = seen[strangers].sum(axis=0)
    believed = np.full((_COUNT, size), 0.5)
    believed[close] = np.outer(0.05 * seen[close].sum(axis=1) + 5.0, prior.match)
    table = (seen + believed) / (seen + believed).sum(axis=1, keepdims=True)
    for number in close:
        if table[number, 0] > prior.most_different:
            table[number, 1:] *= (1 - prior.most_different) / table[number, 1:].sum()
            table[number, 0] = prior.most_different
    return np.asarray(table, dtype=np.float64)
