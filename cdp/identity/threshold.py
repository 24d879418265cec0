"""What answers of stewards say about the threshold: a shift of the model's odds, and the probability that follows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

LEAST_ANSWERS = 20
LEAST_OF_EACH = 3
_SPREAD = 1.0  # how far, in natural log-odds, a model is off before anybody answered: one standard deviation


@dataclass(frozen=True)
class Proposal:
    """The threshold that answers speak for.

    ``shift`` is by how many bits the model is too cautious (positive) or too bold; ``is_enough`` whether the answers
    suffice to act on.
    """

    threshold: float
    current: float
    shift: float
    answers: int
    is_enough: bool

    def as_document(self) -> dict[str, object]:
        """Plain values, with the rule in words."""
        return {
            "link_probability": self.threshold,
            "current": self.current,
            "model_is_off_by_bits": self.shift,
            "answers": self.answers,
            "is_enough": self.is_enough,
        }


def propose_threshold(answers: Sequence[tuple[float, bool]], current: float, lowest: float) -> Proposal | None:
    """The threshold at which a pair is as probable as ``current`` promises, once the model is set right by answers.

    ``answers`` are the model's probability of a pair and what a steward said. The log-odds are shifted by the
    maximum a posteriori under a normal prior (Platt scaling with the slope kept at one: Platt 1999), so that few
    answers move little, and the choice of doubtful pairs for review does no harm: at each probability it is the
    share of matches that counts. Never below ``lowest``, where pairs are not kept. ``None`` without answers.
    """
    if not answers:
        return None
    odds = [(_odds(probability), is_match) for probability, is_match in answers]
    shift = 0.0
    for _ in range(50):
        chances = [1 / (1 + math.exp(-(one + shift))) for one, _ in odds]
        slope = sum(is_match - chance for (_, is_match), chance in zip(odds, chances, strict=True)) - shift / _SPREAD**2
        curve = sum(chance * (1 - chance) for chance in chances) + 1 / _SPREAD**2
        shift += slope / curve
        if abs(slope / curve) < 1e-9:
            break
    wanted = 1 / (1 + math.exp(-(_odds(current) - shift)))
    matches = sum(is_match for _, is_match in answers)
    enough = len(answers) >= LEAST_ANSWERS and min(matches, len(answers) - matches) >= LEAST_OF_EACH
    threshold = round(min(max(wanted, lowest), 0.999), 3)
    return Proposal(threshold, current, round(shift / math.log(2), 2), len(answers), enough)


def _odds(probability: float) -> float:
    certain = min(max(probability, 1e-6), 1 - 1e-6)
    return math.log(certain / (1 - certain))
