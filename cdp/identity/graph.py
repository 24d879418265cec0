"""Connected components over integer nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def components(count_nodes: int, left: NDArray[np.int64], right: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each node 0 … count_nodes-1 the smallest node it is joined to, over any path."""
    import numpy as np
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    if count_nodes == 0:
        return np.empty(0, dtype=np.int64)
    matrix = coo_array((np.ones(len(left), dtype=np.int8), (left, right)), shape=(count_nodes, count_nodes))
    count, labels = connected_components(matrix, directed=False)
    smallest = np.full(count, count_nodes, dtype=np.int64)
    np.minimum.at(smallest, labels, np.arange(count_nodes, dtype=np.int64))
    return np.asarray(smallest[labels], dtype=np.int64)
