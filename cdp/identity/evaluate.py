"""How right a partition of records is, against labels: pairwise and B-cubed, and threshold by threshold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Scores:
    """Precision, recall and F1, each 0 to 1; ``None`` where nothing was claimed or nothing was to be found."""

    precision: float | None
    recall: float | None

    @property
    def f1(self) -> float | None:
        """Harmonic mean."""
        if self.precision is None or self.recall is None:
            return None
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0

    def as_dict(self) -> dict[str, float | None]:
        """The three figures."""
        return {"precision": self.precision, "recall": self.recall, "f1": self.f1}


def pairwise(found: Mapping[str, Hashable], truth: Mapping[str, Hashable]) -> tuple[Scores, tuple[int, int, int]]:
    """Scores over all pairs of labelled records, and the pairs: right, wrongly joined, missed.

    Source: contingency counts, so that time grows with the records and not with their pairs.
    """
    shared = [(found[record], person) for record, person in truth.items() if record in found]
    together = _pairs(Counter(shared).values())
    claimed = _pairs(Counter(customer for customer, _ in shared).values())
    actual = _pairs(Counter(person for _, person in shared).values())
    scores = Scores(together / claimed if claimed else None, together / actual if actual else None)
    return scores, (together, claimed - together, actual - together)


def bcubed(found: Mapping[str, Hashable], truth: Mapping[str, Hashable]) -> Scores:
    """Mean over labelled records: the share of its customer that is its person, and of its person that is found.

    Source: Bagga and Baldwin (1998).
    """
    shared = [(found[record], person) for record, person in truth.items() if record in found]
    if not shared:
        return Scores(None, None)
    cells = Counter(shared)
    customers = Counter(customer for customer, _ in shared)
    people = Counter(person for _, person in shared)
    precision = sum(count * count / customers[customer] for (customer, _), count in cells.items())
    recall = sum(count * count / people[person] for (_, person), count in cells.items())
    return Scores(precision / len(shared), recall / len(shared))


def labelled_pairs(
    found: Mapping[str, Hashable], pairs: Iterable[tuple[str, str, bool]]
) -> tuple[Scores, tuple[int, int, int]]:
    """Scores over the pairs that somebody judged: right, wrongly joined, missed. Pairs not found are left out."""
    right = wrong = missed = 0
    for left, other, is_match in pairs:
        if left in found and other in found:
            is_joined = found[left] == found[other]
            right += is_joined and is_match
            wrong += is_joined and not is_match
            missed += not is_joined and is_match
    scores = Scores(
        right / (right + wrong) if right + wrong else None, right / (right + missed) if right + missed else None
    )
    return scores, (right, wrong, missed)


def partition(records: Iterable[str], edges: Iterable[tuple[str, str]]) -> dict[str, str]:
    """For each record the record that stands for its connected component."""
    root = {record: record for record in records}

    def find(record: str) -> str:
        while root[record] != record:
            root[record] = root[root[record]]
            record = root[record]
        return record

    for left, right in edges:
        one, other = find(left), find(right)
        if one != other:
            root[max(one, other)] = min(one, other)
    return {record: find(record) for record in root}


def threshold_curve(
    records: Sequence[str],
    certain: Sequence[tuple[str, str]],
    scored: Sequence[tuple[str, str, float]],
    truth: Mapping[str, Hashable],
    thresholds: Sequence[float],
) -> list[dict[str, float | None]]:
    """What each threshold on the match probability would give: threshold, count_edges, P, R, F1, bcubed_f1.

    Components of the certain edges and the scored ones at or above the threshold; average linkage is not repeated.
    """
    curve: list[dict[str, float | None]] = []
    for threshold in thresholds:
        used = [(left, right) for left, right, probability in scored if probability >= threshold]
        found = partition(records, [*certain, *used])
        scores, _ = pairwise(found, truth)
        curve.append(
            {
                "threshold": threshold,
                "count_edges": float(len(used)),
                **scores.as_dict(),
                "bcubed_f1": bcubed(found, truth).f1,
            }
        )
    return curve


def _pairs(counts: Iterable[int]) -> int:
    return sum(count * (count - 1) // 2 for count in counts)
