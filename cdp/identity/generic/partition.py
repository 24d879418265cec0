"""From scored pairs to people: loose groups first, then average linkage inside each."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]


def components(count: int, left: Ints, right: Ints) -> Ints:
    """Connected components; the label is the smallest member."""
    import numpy as np
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    graph = coo_array((np.ones(len(left), dtype=np.int8), (left, right)), shape=(count, count))
    labels = connected_components(graph, directed=False)[1]
    first = np.full(labels.max() + 1 if count else 0, count, dtype=np.int64)
    np.minimum.at(first, labels, np.arange(count))
    return np.asarray(first[labels], dtype=np.int64)


def loose_components(count: int, pairs: pd.DataFrame, least: float, most_members: int) -> Ints:
    """Components over pairs of at least these log odds; too large ones are taken apart at higher and higher odds."""
    import numpy as np

    left, right, odds = (pairs[name].to_numpy() for name in ("l", "r", "log_odds"))
    labels = np.arange(count, dtype=np.int64)
    active = odds >= least
    bar = least
    settled = np.zeros(count, dtype=bool)
    while active.any():
        found = components(count, left[active], right[active])
        sizes = np.bincount(found, minlength=count)
        fits = ~settled & (sizes[found] <= most_members)
        labels[fits] = found[fits]
        settled |= fits
        bar += 1.0
        active = active & (odds >= bar) & ~settled[left]
    return labels


SURE = 0.99
NEVER = -40.0
_APART = -1000.0


def merge_tree(count: int, labels: Ints, pairs: pd.DataFrame) -> pd.DataFrame:
    """Average linkage on probabilities inside each component, as a tree: columns l, r and the groups' agreement.

    ``pairs`` (columns l, r, p, log_odds) should hold every pair inside each component; what it lacks counts as 0; one
    of log odds ``NEVER`` keeps its groups apart whatever stands between them. Groups in which every pair is surer than
    ``SURE`` are chained without asking in which order.
    """
    import numpy as np
    import pandas as pd

    left, right, p = pairs["l"].to_numpy(), pairs["r"].to_numpy(), pairs["p"].to_numpy()
    p = np.where(pairs["log_odds"].to_numpy() <= NEVER, _APART, p)
    inside = labels[left] == labels[right]
    left, right, p = left[inside], right[inside], p[inside]
    order = np.argsort(labels[left], kind="stable")
    left, right, p = left[order], right[order], p[order]
    group = labels[left]
    sizes = np.bincount(labels, minlength=count)
    low = np.ones(count)
    np.minimum.at(low, group, p)
    is_sure = (np.bincount(group, minlength=count) == sizes * (sizes - 1) // 2) & (low >= SURE)
    is_simple = is_sure | (sizes == 2)
    plain = is_simple[group] & (left == group)
    parts = [(left[plain], right[plain], np.where(is_sure[group[plain]], low[group[plain]], p[plain]))]
    members = np.flatnonzero(~is_simple[labels] & (sizes[labels] > 2))
    members = members[np.argsort(labels[members], kind="stable")]
    roots, starts = np.unique(labels[members], return_index=True)
    ends = np.append(starts[1:], len(members)) if len(roots) else starts
    firsts, lasts = np.searchsorted(group, roots), np.searchsorted(group, roots, side="right")
    for start, end, first, last in zip(starts, ends, firsts, lasts, strict=True):
        parts.append(_average_linkage(members[start:end], left[first:last], right[first:last], p[first:last]))
    joined = [np.concatenate([part[index] for part in parts]) for index in range(3)]
    return pd.DataFrame({"l": joined[0], "r": joined[1], "agreement": joined[2]})


def _average_linkage(members: Ints, left: Ints, right: Ints, p: Floats) -> tuple[Ints, Ints, Floats]:
    import numpy as np
    from scipy.cluster.hierarchy import linkage

    size = len(members)
    i, j = np.searchsorted(members, left), np.searchsorted(members, right)
    condensed = np.ones(size * (size - 1) // 2)
    condensed[size * i - i * (i + 1) // 2 + j - i - 1] = 1 - p
    tree = linkage(condensed, "average")
    stands = np.concatenate([members, np.zeros(size - 1, dtype=np.int64)])
    for step in range(size - 1):
        stands[size + step] = stands[int(tree[step, 0])]
    one, other = stands[tree[:, 0].astype(np.int64)], stands[tree[:, 1].astype(np.int64)]
    return one, other, 1 - tree[:, 2]


def cut(count: int, tree: pd.DataFrame, height: float) -> Ints:
    """The groups that agree at least ``height`` on average; the label is the smallest member."""
    kept = tree[tree["agreement"] >= height - 1e-12]
    return components(count, kept["l"].to_numpy(), kept["r"].to_numpy())


def one_per_source(count: int, pairs: pd.DataFrame, sources: Ints, height: float) -> Ints:
    """Join the most probable pair first, where no source then has two records of one person."""
    import numpy as np

    kept = pairs[pairs["p"] >= height].sort_values(["log_odds", "l", "r"], ascending=[False, True, True])
    root = list(range(count))
    holds: dict[int, set[int]] = {}

    def find(node: int) -> int:
        while root[node] != node:
            root[node] = root[root[node]]
            node = root[node]
        return node

    for left, right in zip(kept["l"].tolist(), kept["r"].tolist(), strict=True):
        one, other = sorted((find(left), find(right)))
        if one == other:
            continue
        in_one, in_other = holds.get(one, {int(sources[one])}), holds.get(other, {int(sources[other])})
        if not in_one & in_other:
            root[other], holds[one] = one, in_one | in_other
    return np.array([find(node) for node in range(count)], dtype=np.int64)
