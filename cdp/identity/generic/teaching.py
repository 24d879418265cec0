"""What known answers change: only what does better on answers that it was not learned from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from cdp.identity.generic.calibration import FEWEST, FOLDS, Answers, calibrate
from cdp.identity.generic.drafts import HEIGHTS, Draft
from cdp.identity.generic.labels import Labels
from cdp.identity.generic.partition import NEVER
from cdp.identity.generic.scoring import Scorer, decode

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

_BELIEVED = 300  # answers that the model's own expectation is worth
_ERRORS = 2.0  # standard errors by which a change must be better
_LIKELY = 3.0
_YIELD = 0.02  # expected F1 that a change may cost: answers know more than the model, but not everything


def teach(
    draft: Draft, height: float, scorer: Scorer, pairs: pd.DataFrame, labels: Labels, again: Callable[[Scorer], Draft]
) -> tuple[Draft, float, str]:
    """The draft and height to use, and in words what the answers did.

    Two changes are tried: another height, and corrected weights (``again`` drafts anew) with their own height. Each is
    fitted five times to four fifths of the answers and held against the fifth that is left. What promises clearly less
    than before is refused however well it does on the answers: these may all be of one sort.
    """

    odds = pairs["log_odds"].to_numpy()
    likely = pairs[odds >= _LIKELY]
    labels.weigh(likely["l"].to_numpy(), likely["r"].to_numpy())
    answers = _answers(pairs, labels, scorer)
    before = labels.f1(draft.partition(height))
    nothing = f"pair F1 on them {before[0]:.3f}"
    if not answers.are_enough:
        yes, no = answers.counts
        needed = "yes" if answers.are_whole else "of each"
        counted = f"{yes} yes and {no} no among the pairs worth comparing, {FEWEST} {needed} are needed"
        return draft, height, f"your answers changed nothing: {counted}; {nothing}"
    tried: list[tuple[float, str, Callable[[], tuple[Draft, float]]]] = []
    moved = _scores(draft, labels)
    gains = _gains([(moved, fold) for fold in range(FOLDS)], before)
    if gains > 0:
        tried.append((gains, "moved the threshold", lambda: (draft, _best(moved, None))))
    parts = [_scores(again(_corrected(scorer, answers, fold)), labels) for fold in range(FOLDS)]
    gains = _gains([(part, fold) for fold, part in enumerate(parts)], before)
    if gains > 0:
        tried.append((gains, "corrected the weights", lambda: _with_height(again(_corrected(scorer, answers)), labels)))
    promised = draft.promise(draft.partition(height))
    for _, said, make in sorted(tried, key=lambda one: -one[0]):
        other, at = make()
        groups = other.partition(at)
        if other.promise(groups) >= promised - _YIELD:
            after = labels.f1(groups)[0]
            return other, at, f"your answers {said}; {nothing} before, {after:.3f} after"
    reason = (
        "what they ask for promises less for all other pairs"
        if tried
        else "no change they ask for proved better on answers held back"
    )
    return draft, height, f"your answers changed nothing: {reason}; {nothing}"


def _answers(pairs: pd.DataFrame, labels: Labels, scorer: Scorer) -> Answers:
    left, right, odds = (pairs[name].to_numpy() for name in ("l", "r", "log_odds"))
    asked, truth, folds, answered = labels.among(left, right)
    free = odds[asked] > NEVER
    asked, truth, folds = asked[free], truth[free], folds[free]
    patterns = decode(pairs["pattern"].to_numpy()[asked], scorer.comparisons)[0]
    sizes = tuple(len(comparison.levels) + 2 for comparison in scorer.comparisons)
    return Answers(odds[asked], patterns, truth, folds, answered, sizes, labels.false_weight, labels.are_whole)


def _corrected(scorer: Scorer, answers: Answers, without: int | None = None) -> Scorer:
    return replace(scorer, correct=calibrate(answers, without))


def _with_height(draft: Draft, labels: Labels) -> tuple[Draft, float]:
    return draft, _best(_scores(draft, labels), None)


def _scores(draft: Draft, labels: Labels) -> NDArray[np.float64]:
    """Per height (row): F1 on all answers, on each fold, and what the model promises."""
    import numpy as np

    groups = [draft.partition(height) for height in HEIGHTS]
    weight = _BELIEVED / (_BELIEVED + labels.count)
    return np.stack([np.append(labels.f1(group), [draft.promise(group), weight]) for group in groups]).round(9)


def _best(scores: NDArray[np.float64], without: int | None) -> float:
    """The height that answers and model together like best, one fold of the answers left aside."""
    import numpy as np

    known = scores[:, 0] if without is None else np.delete(scores[:, 1 : FOLDS + 1], without, axis=1).mean(axis=1)
    weight = scores[:, -1]
    return HEIGHTS[int(np.argmax(((1 - weight) * known + weight * scores[:, -2]).round(6)))]


def _gains(tried: list[tuple[NDArray[np.float64], int]], before: NDArray[np.float64]) -> float:
    """Mean gain on the folds left aside; 0 unless it is more than chance."""
    import numpy as np

    gains = np.array(
        [scores[HEIGHTS.index(_best(scores, fold)), 1 + fold] - before[1 + fold] for scores, fold in tried]
    )
    return float(gains.mean()) if gains.mean() > _ERRORS * gains.std(ddof=1) / np.sqrt(FOLDS) else 0.0
