"""Known answers, and how well a partition agrees with them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from cdp.errors import IdentityError, UsageError

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

_YES = ("1", "1.0", "true", "yes", "y", "match")


class Labels:
    """Two columns say record and person, three say record, other record and whether they match.

    Raises ``UsageError`` for another shape, ``IdentityError`` when too few of the records are known.
    """

    def __init__(self, frame: pd.DataFrame, numbers: Mapping[str, list[int]]) -> None:
        import numpy as np

        if frame.shape[1] not in (2, 3):
            raise UsageError(
                f"known answers have {frame.shape[1]} columns, not two (record, person) or three (pair, is_match)",
                "keep only these columns",
            )
        rows = [tuple(str(value) for value in row) for row in frame.dropna().itertuples(index=False)]
        self._is_pairs = frame.shape[1] == 3
        if self._is_pairs:
            known = [
                (left, right, verdict.strip().lower() in _YES)
                for one, other, verdict in rows
                for left in numbers.get(one, [])[:1]
                for right in numbers.get(other, [])[:1]
            ]
            self._left = np.array([left for left, _, _ in known], dtype=np.int64)
            self._right = np.array([right for _, right, _ in known], dtype=np.int64)
            self._truth = np.array([verdict for *_, verdict in known], dtype=bool)
        else:
            pairs = [(number, person) for one, person in rows for number in numbers.get(one, [])[:1]]
            codes = {person: code for code, person in enumerate(dict.fromkeys(person for _, person in pairs))}
            self._left = np.array([number for number, _ in pairs], dtype=np.int64)
            self._right = np.array([codes[person] for _, person in pairs], dtype=np.int64)
        if len(self._left) < 2:
            raise IdentityError("the known answers name none of the records", "use the values of the --id column")

    def f1(self, groups: NDArray[np.int64]) -> float:
        """Pairwise F1 of a partition over the labelled pairs, or over all pairs of the labelled records."""
        import numpy as np

        if self._is_pairs:
            joined = groups[self._left] == groups[self._right]
            right, claimed, true = (joined & self._truth).sum(), joined.sum(), self._truth.sum()
        else:
            found, truth = groups[self._left], self._right
            both = np.unique(np.stack([found, truth]), axis=1, return_counts=True)[1]
            right, claimed, true = (_pairs(counts) for counts in (both, _sizes(found), _sizes(truth)))
        return float(2 * right / (claimed + true)) if claimed + true else 1.0


def _sizes(labels: NDArray[np.int64]) -> NDArray[np.int64]:
    import numpy as np

    return np.unique(labels, return_counts=True)[1]


def _pairs(counts: NDArray[np.int64]) -> int:
    return int((counts * (counts - 1) // 2).sum())
