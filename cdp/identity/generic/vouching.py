"""Pairs that say little by themselves and that the rest of their group vouches for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

_WITNESSES = 3
_FEWEST_MEMBERS = 10
_MOST_MEMBERS = 300


def vouched(groups: Ints, left: Ints, right: Ints, p: Floats) -> Floats:
    """The probability of each pair, at least the surest that three other records of its group support.

    A record supports a pair as far as it matches both of them. Where a person has many records, two that share hardly
    a filled field are still one person's, and a threshold that counts them as doubtful would tear people apart. Small
    groups prove nothing in that way: two people and a record that could be either's form chains.
    """
    import numpy as np

    inside = np.flatnonzero(groups[left] == groups[right])
    inside = inside[np.argsort(groups[left[inside]], kind="stable")]
    roots, starts = np.unique(groups[left[inside]], return_index=True)
    members = np.argsort(groups, kind="stable")
    firsts, lasts = (np.searchsorted(groups[members], roots, side=side) for side in ("left", "right"))
    supported = p.copy()
    if not len(inside):
        return supported
    for first, last, pairs in zip(firsts, lasts, np.split(inside, starts[1:]), strict=True):
        size = last - first
        if not _FEWEST_MEMBERS <= size <= _MOST_MEMBERS:
            continue
        one, other = (np.searchsorted(members[first:last], side[pairs]) for side in (left, right))
        matrix = np.zeros((size, size))
        matrix[one, other] = matrix[other, one] = p[pairs]
        order = size - _WITNESSES
        support = np.stack([np.partition(np.minimum(row, matrix), order, axis=1)[:, order] for row in matrix])
        supported[pairs] = np.maximum(p[pairs], support[one, other])
    return supported
