"""What speaks against joining two groups though nothing forbids it: too little agreement, or a rival."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from cdp.identity.agglomerate import Agglomeration, Group
from cdp.identity.settings import IdentitySettings

TOO_LITTLE = "the groups agree too little on average"
FITS_TWO = "fits another customer as well, who is not the same"


class Doubts:
    """Judges two groups by the scored pairs between them and by those that lead elsewhere.

    A pair that was never worth scoring counts as no evidence. A group that also fits a third one, of which names,
    birth dates or a decision say that it is somebody else, belongs to one of the two at most: the odds of each are
    weighed against those of the others, and where neither is probable enough the group stays for itself.
    """

    def __init__(
        self, agglomeration: Agglomeration, probabilities: Mapping[tuple[int, int], float], settings: IdentitySettings
    ) -> None:
        self._agglomeration, self._probabilities = agglomeration, probabilities
        self._average = settings.guards.average_agreement
        self._threshold = settings.model.link_probability
        self._beside: dict[int, list[int]] = defaultdict(list)
        for (left, right), probability in probabilities.items():
            if probability >= settings.model.keep_probability:
                self._beside[left].append(right)
                self._beside[right].append(left)

    def __call__(self, left: Group, right: Group) -> str | None:
        """Why two groups should rather stay apart; ``None`` when they may be joined."""
        found = list(self._between(left, right))
        if not found or sum(found) / len(found) < self._average:
            return TOO_LITTLE
        odds = _odds(max(found))
        for one, other in ((left, right), (right, left)):
            against = sum(self._rivals(one, other))
            if against and odds / (1 + odds + against) < self._threshold:
                return FITS_TWO
        return None

    def _between(self, left: Group, right: Group) -> Iterator[float]:
        for node_l in left.nodes:
            for node_r in right.nodes:
                probability = self._probabilities.get((min(node_l, node_r), max(node_l, node_r)))
                if probability is not None:
                    yield probability

    def _rivals(self, group: Group, wanted: Group) -> Iterator[float]:
        """The odds by which a group fits others that cannot be the same as the one it is wanted for."""
        others = {self._agglomeration.find(other) for node in group.nodes for other in self._beside[node]}
        for root in sorted(others):
            other = self._agglomeration.group(root)
            if other is group or other is wanted or self._agglomeration.against(group, other) is not None:
                continue
            if self._agglomeration.against(other, wanted) is not None:
                yield _odds(max(self._between(group, other)))


def _odds(probability: float) -> float:
    certain = min(probability, 1 - 1e-12)
    return certain / (1 - certain)
