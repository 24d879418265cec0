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


_MOST_ROUNDS = 200
_START = 0.02  # share of the pairs that may be other than strangers', to begin with
_BELIEF = 25.0  # pairs that what is believed of matches is worth
_APART = 20.0  # pairs of strangers believed to have other names, dates and contacts
_DOUBT = 2.0  # pairs of each two sources believed not to match: one pair alone would confirm itself
_STEADY = 5  # rounds in which hardly a match was won or lost
GIVEN, FAMILY, BIRTH, PLACE, PHONE, EMAIL, SELF, TRAIT = (
    "given", "family", "birth", "place", "phone", "email", "self", "trait",
)  # fmt: skip
_ALL = frozenset({GIVEN, FAMILY, BIRTH, PLACE, PHONE, EMAIL, SELF, TRAIT})
_SHARED = frozenset({PHONE, EMAIL, TRAIT})


@dataclass(frozen=True)
class Kind:
    """Pairs of one kind: on ``close`` fields they agree as one person's records do, on ``free`` fields as the data
    says, on ``alike`` fields likewise, but seldom the very same; on ``generation`` fields they lie a generation
    apart, in all others they are strangers. There are at most ``most`` of them for each pair of one person.
    """

    name: str
    close: frozenset[str] = frozenset()
    free: frozenset[str] = frozenset()
    alike: frozenset[str] = frozenset()
    generation: frozenset[str] = frozenset()
    most: float = float("inf")
    is_match: bool = False

    def sets_apart(self, fields: frozenset[str]) -> bool:
        """Whether these fields can tell a pair of this kind from one person's."""
        return bool(fields - self.close - self.free - {TRAIT}) or self.is_match


KINDS = (
    Kind("one person", close=_ALL, is_match=True),
    Kind("one person, moved", close=_ALL - {PLACE}, is_match=True),
    Kind("strangers"),
    Kind("household", close=frozenset({FAMILY, PLACE}), free=_SHARED),
    Kind("twins", close=frozenset({FAMILY, PLACE, BIRTH}), free=_SHARED),
    Kind("parent and child of one name", close=frozenset({GIVEN, FAMILY, PLACE}), free=_SHARED,
         generation=frozenset({BIRTH}), most=0.3),
    Kind("namesakes", close=frozenset({GIVEN, FAMILY}), alike=frozenset({EMAIL})),
    Kind("one house", close=frozenset({PLACE}), free=_SHARED),
    Kind("one town", free=frozenset({PLACE, TRAIT})),
    Kind("one town, like names", free=frozenset({FAMILY, PLACE, TRAIT})),
    Kind("relatives", free=frozenset({FAMILY}), alike=frozenset({EMAIL})),
    Kind("one given name", free=frozenset({GIVEN}), alike=frozenset({EMAIL})),
)  # fmt: skip


@dataclass(frozen=True)
class Prior:
    """What is believed of one comparison before data: levels from "differs" upwards; ``kind`` of field.

    ``generation``: the level of two birth dates a generation apart, if the comparison has one.
    """

    match: tuple[float, ...]
    most_different: float
    kind: str
    generation: int | None = None


@dataclass(frozen=True)
class Mixture:
    """Shares of the kinds (columns) among all pairs of two sources (rows); per comparison a table of kind by level."""

    kinds: tuple[Kind, ...]
    shares: Floats
    levels: tuple[Floats, ...]

    def log_odds(self, patterns: Ints, strata: Ints) -> Floats:
        """Natural log odds that pairs of these patterns (rows; -1 is unknown) and rows of ``shares`` match."""
        import numpy as np

        joint = _joint(patterns, self.levels) + np.log(self.shares)[strata]
        is_match = np.array([kind.is_match for kind in self.kinds])
        matches, others = (np.logaddexp.reduce(joint[:, chosen], axis=1) for chosen in (is_match, ~is_match))
        return np.asarray(matches - others, dtype=np.float64)


def _joint(patterns: Ints, levels: Sequence[Floats]) -> Floats:
    import numpy as np

    joint = np.zeros((len(patterns), levels[0].shape[0]))
    for column, table in enumerate(levels):
        padded = np.concatenate([np.log(table), np.zeros((table.shape[0], 1))], axis=1)
        joint += padded[:, patterns[:, column]].T
    return joint


def fit(
    patterns: Ints, strata: Ints, candidates: Floats, near: Floats, far: Floats, priors: Sequence[Prior]
) -> Mixture:
    """Expectation maximisation over distinct patterns.

    ``candidates`` count how often each pattern occurs among blocked pairs; ``near`` and ``far`` estimate it for all
    pairs that no rule selects. Together they are every pair there is: that two records share what a rule asks for says
    nothing of them beyond its rarity. A pair that was drawn and stands for very many (``far``) is never believed to be
    a match: a single coincidence would outweigh what the candidates teach. ``strata`` number the pairs of sources: how
    many people two sources share is learned for each, everything else for all together. Beliefs weigh as a twentieth of
    what is learned and ``_BELIEF`` pairs, so that they decide where there is little to learn from.
    """
    import numpy as np

    fields = frozenset(prior.kind for prior in priors)
    kinds = tuple(kind for kind in KINDS if kind.sets_apart(fields))
    weights = candidates + near + far
    count = int(strata.max()) + 1
    totals, blocked = np.maximum(_counted(strata, weights, count), 1.0), _counted(strata, candidates, count)
    shares = np.tile(np.maximum(np.minimum(blocked / totals, _START), 1e-12)[:, None] / len(kinds), (1, len(kinds)))
    shares[:, [kind.name for kind in kinds].index("strangers")] += 1 - shares.sum(axis=1)
    tables = [_start(patterns[:, c], candidates, weights, prior, kinds) for c, prior in enumerate(priors)]
    is_match, steady = np.array([kind.is_match for kind in kinds]), 0
    for _ in range(_MOST_ROUNDS):
        logs = _joint(patterns, tables) + np.log(shares)[strata]
        mass = _responsible(logs) * (candidates + near)[:, None]
        mass[:, ~is_match] += _responsible(logs[:, ~is_match]) * far[:, None]
        sums = np.stack([_counted(strata, mass[:, k], count) for k in range(len(kinds))], axis=1)
        found = _shares(np.maximum(sums, 1e-3), totals, kinds)
        tables = [_learned(patterns[:, c], mass, prior, kinds) for c, prior in enumerate(priors)]
        moved = np.abs((found - shares)[:, is_match].sum(axis=1)) * totals
        shares = found
        steady = steady + 1 if (moved <= 0.05 + 2e-5 * shares[:, is_match].sum(axis=1) * totals).all() else 0
        if steady == _STEADY:
            break
    return Mixture(kinds, shares, tuple(tables))


def _responsible(logs: Floats) -> Floats:
    import numpy as np

    return np.asarray(np.exp(logs - np.logaddexp.reduce(logs, axis=1)[:, None]), dtype=np.float64)


def _shares(mass: Floats, totals: Floats, kinds: Sequence[Kind]) -> Floats:
    """Shares of the kinds for each pair of sources, from how many pairs of each are believed.

    How many people two sources share is their own affair; how those who are not one person are related is not: there
    are as many namesakes and families between two sources as within one, which is where they are told from matches.
    """
    import numpy as np

    is_match = np.array([kind.is_match for kind in kinds])
    most = np.array([np.nan_to_num(kind.most, posinf=1e300) for kind in kinds])
    believed = mass[:, is_match].sum()
    shares = mass / (totals + _DOUBT)[:, None]
    others = np.where(is_match, 0.0, np.minimum(mass.sum(axis=0), most * believed))
    left = np.maximum(1 - shares[:, is_match].sum(axis=1), 0.5 / (totals + _DOUBT))
    found = np.where(is_match, shares, left[:, None] * (others / others.sum())[None, :])
    return np.asarray(found / found.sum(axis=1, keepdims=True), dtype=np.float64)


def _start(column: Ints, candidates: Floats, weights: Floats, prior: Prior, kinds: Sequence[Kind]) -> Floats:
    import numpy as np

    blocked, every = (_counted(column, counts, len(prior.match)) + 0.5 for counts in (candidates, weights))
    may_agree = blocked / blocked.sum() + np.array(prior.match)
    return _table(prior, kinds, np.array(prior.match), every, [may_agree] * len(kinds))


def _learned(column: Ints, mass: Floats, prior: Prior, kinds: Sequence[Kind]) -> Floats:
    import numpy as np

    seen = [_counted(column, mass[:, number], len(prior.match)) for number in range(len(kinds))]
    nothing = np.zeros(len(prior.match))
    matches = sum((seen[n] for n, kind in enumerate(kinds) if kind.is_match and prior.kind in kind.close), nothing)
    strange = sum((seen[n] for n, kind in enumerate(kinds) if _role(prior, kind) == "strange"), nothing)
    close = matches + (0.05 * matches.sum() + _BELIEF) * np.array(prior.match)
    close /= close.sum()
    differs = np.arange(len(close)) <= (0 if prior.generation is None else prior.generation)
    if close[differs].sum() > prior.most_different:
        close[~differs] *= (1 - prior.most_different) / close[~differs].sum()
        close[differs] *= prior.most_different / close[differs].sum()
    apart = np.zeros(len(close))
    apart[0] = 0.0 if prior.kind in (PLACE, TRAIT) else _APART
    return _table(prior, kinds, close, strange + apart + 0.5, [counts + 0.5 for counts in seen])


def _role(prior: Prior, kind: Kind) -> str:
    if prior.kind in kind.generation and prior.generation is not None:
        return "generation"
    roles = {"close": kind.close, "free": kind.free, "alike": kind.alike}
    return next((role for role, fields in roles.items() if prior.kind in fields), "strange")


def _table(prior: Prior, kinds: Sequence[Kind], close: Floats, strange: Floats, free: Sequence[Floats]) -> Floats:
    """Chances of the levels (columns) for each kind (rows), from counts."""
    import numpy as np

    rows = {"close": close, "strange": strange / strange.sum()}
    if prior.generation is not None:
        apart = np.zeros(len(close))
        apart[prior.generation] = 1.0
        rows["generation"] = 0.9 * apart + 0.1 * rows["strange"]
    table = []
    for kind, counts in zip(kinds, free, strict=True):
        role, own = _role(prior, kind), counts / counts.sum()
        if role == "alike":
            own[-1] = rows["strange"][-1]
        table.append(rows.get(role, own / own.sum()))
    return np.asarray(np.stack(table), dtype=np.float64)


def _counted(column: Ints, counts: Floats, size: int) -> Floats:
    import numpy as np

    known = column >= 0
    return np.asarray(np.bincount(column[known], weights=counts[known], minlength=size), dtype=np.float64)
