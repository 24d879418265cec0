"""From a learned model to groups of records, with the threshold that promises most."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cdp.engines import Engine
from cdp.identity.generic.calibration import Calibration, calibrate
from cdp.identity.generic.labels import Labels
from cdp.identity.generic.partition import NEVER, cut, loose_components, merge_tree, one_per_source
from cdp.identity.generic.scoring import Scorer
from cdp.identity.generic.vouching import vouched

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

_HEIGHTS = (0.2, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.99)
_LOOSE = -1.0  # log odds: a probability of 0.27
_KEPT = -3.0
_MOST_MEMBERS = 2000
_WITHIN_SHARE = 0.015
_SURE = 0.95
_LEAST_PRECISION = 0.75
_BELIEVED = 300  # answers that the model's own expectation is worth
_LIKELY = 3.0
_FEW = 20.0  # matches from which hardly more is learned than was believed before
_RARE = 0.01  # so few matches per record: more pairs that chance made alike than true ones


@dataclass(frozen=True)
class Outcome:
    """Groups (the label is the smallest record number), what the model expects of them, ``doubt`` if that is little."""

    groups: NDArray[np.int64]
    precision: float
    recall: float
    height: float
    is_one_per_source: bool
    notes: list[str]
    doubt: str = ""


def match(
    engine: Engine, scorer: Scorer, records: int, wants_one_per_source: bool | None, labels: Labels | None
) -> Outcome:
    """Score the candidates, join loosely, compare everything inside, and cut where the expected F1 is best."""
    notes: list[str] = []
    scored = scorer.score_candidates(engine, _KEPT)
    correct = Calibration()
    if labels is not None:
        left, right, odds = (scored[name].to_numpy() for name in ("l", "r", "log_odds"))
        labels.weigh(left[odds >= _LIKELY], right[odds >= _LIKELY], records)
        asked, truth, answered = labels.among(left, right)
        correct = calibrate(odds[asked], truth, answered, labels.false_weight)
        notes += [labels.unknown] if labels.unknown else []
    pairs = _with_probability(scored, correct)
    sources = engine.frame("select dense_rank() over (order by source) as s from people order by n")["s"].to_numpy()
    is_single, note = _says_one_per_source(pairs, sources, wants_one_per_source)
    notes += [note] if note else []
    if is_single:
        pairs = pairs[sources[pairs["l"].to_numpy()] != sources[pairs["r"].to_numpy()]]
    expected = float(pairs["p"].sum())
    if is_single:
        inside = pairs

        def partition(height: float) -> NDArray[np.int64]:
            return one_per_source(records, pairs, sources, height)

    else:
        loose = loose_components(records, pairs, _LOOSE, _MOST_MEMBERS)
        inside = _every_pair_inside(engine, scorer, loose, correct)
        tree = merge_tree(records, loose, inside)

        def partition(height: float) -> NDArray[np.int64]:
            return cut(records, tree, height)

    left, right, p = inside["l"].to_numpy(), inside["r"].to_numpy(), inside["p"].to_numpy()
    if not is_single:
        own, p = p, vouched(partition(min(_HEIGHTS)), left, right, p)
        expected += float((p - own).sum())

    def quality(groups: NDArray[np.int64]) -> tuple[float, float]:
        together = groups[left] == groups[right]
        right_pairs = float(p[together].sum())
        return right_pairs / max(_count_pairs(groups), 1), min(right_pairs / max(expected, 1e-9), 1.0)

    def promise(groups: NDArray[np.int64]) -> float:
        precision, recall = quality(groups)
        return _f1(precision, recall) - (1.0 if precision < _LEAST_PRECISION else 0.0)

    def agreement(groups: NDArray[np.int64]) -> float:
        """What the answers say, and the model's own expectation as if it were so many answers more."""
        said = labels.weight if labels else 0
        known = said * labels.f1(groups) if labels else 0.0
        return (known + _BELIEVED * promise(groups)) / (said + _BELIEVED)

    is_rare = scorer.expected_matches < min(_FEW, _RARE * records)
    height = _best_height(partition, agreement, _SURE if is_rare else min(_HEIGHTS))
    if scorer.expected_matches < _FEW:
        notes.append(
            f"pairs that seem to be one person's: about {max(scorer.expected_matches, 1):.0f}, too few to learn from; "
            "weights rest on what is usual elsewhere" + (", and only sure links were kept" if is_rare else "")
        )
    groups = partition(height)
    precision, recall = quality(groups)
    if labels is not None:
        notes.append(f"threshold {height:.2f} chosen by your answers: pair F1 on them {labels.f1(groups):.3f}")
    doubt = (
        "" if precision >= _LEAST_PRECISION else f"the best partition would be right in {precision:.0%} of its pairs"
    )
    return Outcome(groups, precision, recall, height, is_single, notes, doubt)


def _with_probability(pairs: pd.DataFrame, correct: Calibration) -> pd.DataFrame:
    import numpy as np

    odds = correct(pairs["log_odds"].to_numpy(), NEVER)
    return pairs.assign(log_odds=odds, p=1 / (1 + np.exp(-np.clip(odds, -40, 40))))


def _count_pairs(groups: NDArray[np.int64]) -> int:
    import numpy as np

    sizes = np.bincount(groups)
    return int((sizes * (sizes - 1) // 2).sum())


def _f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def _best_height(
    partition: Callable[[float], NDArray[np.int64]], quality: Callable[[NDArray[np.int64]], float], least: float
) -> float:
    """The height, of at least ``least``, whose partition has the best quality; the highest of equals."""
    return max(
        (height for height in _HEIGHTS if height >= least),
        key=lambda height: (round(quality(partition(height)), 6), height),
    )


def _every_pair_inside(engine: Engine, scorer: Scorer, labels: NDArray[np.int64], correct: Calibration) -> pd.DataFrame:
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
    return _with_probability(scorer.score_inside(engine, "pairs_inside"), correct)


def _says_one_per_source(pairs: pd.DataFrame, sources: NDArray[np.int64], wanted: bool | None) -> tuple[bool, str]:
    """Whether sources hold a person at most once: nearly all matches then lie between sources."""
    if wanted is not None or len(set(sources.tolist())) < 2:
        return bool(wanted), ""
    is_within = sources[pairs["l"].to_numpy()] == sources[pairs["r"].to_numpy()]
    is_sure = pairs["p"].to_numpy() >= _SURE
    within, across = int((is_within & is_sure).sum()), int((~is_within & is_sure).sum())
    if across < 20 or within > _WITHIN_SHARE * across:
        return False, ""
    return True, "no source seems to hold a person twice: at most one record per source was linked (--one-per-source)"
