"""Next best products: what buyers of the same goods bought besides, in stock and not often brought back.

Item-item collaborative filtering (Sarwar, Karypis, Konstan and Riedl, "Item-Based Collaborative Filtering
Recommendation Algorithms", WWW 2001) with cosine similarity over buyers, damped where few bought both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

PER_CUSTOMER = 5
NEIGHBOURS = 50
LEAST_BOTH = 3
"""Products that fewer customers bought together say nothing about each other."""
LEAST_CUSTOMERS = 100
DAMPING = 10.0
_BLOCK = 20_000


def recommend(bought: pd.DataFrame, products: pd.DataFrame) -> pd.DataFrame:
    """Up to ``PER_CUSTOMER`` products per customer that he has not bought.

    ``bought``: customer_id, sku, one row each. ``products``: sku, is_offered (active and in stock), return_rate
    (share of pieces sold that came back). Gives customer_id, rank, sku, score, because_of (the product of his that
    says so most); empty below ``LEAST_CUSTOMERS`` customers with two products.
    """
    import numpy as np
    import pandas as pd

    empty = pd.DataFrame(
        {
            "customer_id": pd.Series(dtype="str"),
            "rank": pd.Series(dtype="int64"),
            "sku": pd.Series(dtype="str"),
            "score": pd.Series(dtype="float64"),
            "because_of": pd.Series(dtype="str"),
        }
    )
    counted = bought.groupby("customer_id", sort=False)["sku"].size()
    if int((counted >= 2).sum()) < LEAST_CUSTOMERS:
        return empty
    customers, rows = _numbered(bought["customer_id"])
    skus, columns = _numbered(bought["sku"])
    matrix = _matrix(rows, columns, (len(customers), len(skus)))
    kept = products.set_index("sku").reindex(skus)
    weight = np.where(kept["is_offered"].eq(True), 1.0 - kept["return_rate"].fillna(0.0).to_numpy(dtype=float), 0.0)
    similar = _similarities(matrix, np.clip(weight, 0.0, 1.0))
    parts = [_best(matrix[start : start + _BLOCK], similar, start) for start in range(0, matrix.shape[0], _BLOCK)]
    found = pd.concat(parts, ignore_index=True)
    if found.empty:
        return empty
    found["customer_id"] = customers[found.pop("customer").to_numpy()]
    found["sku"] = skus[found.pop("product").to_numpy()]
    found["because_of"] = skus[found.pop("reason").to_numpy()]
    return found[list(empty.columns)]


def _numbered(values: pd.Series[str]) -> tuple[NDArray[np.object_], NDArray[np.int64]]:
    import numpy as np
    import pandas as pd

    numbers, names = pd.factorize(values, sort=True)
    return np.asarray(names, dtype=object), numbers.astype(np.int64)


def _matrix(rows: NDArray[np.int64], columns: NDArray[np.int64], shape: tuple[int, int]) -> csr_matrix:
    import numpy as np
    from scipy.sparse import csr_matrix

    matrix = csr_matrix((np.ones(len(rows)), (rows, columns)), shape=shape)
    matrix.data[:] = 1.0
    return matrix


def _similarities(matrix: csr_matrix, weight: NDArray[np.float64]) -> csr_matrix:
    """Damped cosine between products, each row's strongest ``NEIGHBOURS``, weighted by what is worth offering."""
    import numpy as np
    from scipy.sparse import csr_matrix

    both = (matrix.T @ matrix).tocoo()
    sold = np.asarray(matrix.sum(axis=0)).ravel()
    told = (both.row != both.col) & (both.data >= LEAST_BOTH) & (weight[both.col] > 0)
    row, col, count = both.row[told], both.col[told], both.data[told]
    value = count / np.sqrt(sold[row] * sold[col]) * count / (count + DAMPING) * weight[col]
    order = np.lexsort((col, -value, row))
    row, col, value = row[order], col[order], value[order]
    starts = np.searchsorted(row, np.arange(both.shape[0]))
    near = np.arange(len(row)) - starts[row] < NEIGHBOURS
    return csr_matrix((value[near], (row[near], col[near])), shape=both.shape)


def _best(owned: csr_matrix, similar: csr_matrix, first: int) -> pd.DataFrame:
    """The strongest products of one block of customers; ``first`` is the number of its first customer."""
    import numpy as np
    import pandas as pd

    scores = (owned @ similar).tocsr()
    asked = np.flatnonzero(np.diff(scores.indptr))
    counts, cols, values = np.diff(scores.indptr)[asked], scores.indices, np.round(scores.data, 9)
    mine = np.asarray(owned[np.repeat(asked, counts), cols]).ravel() > 0 if len(cols) else np.zeros(0, dtype=bool)
    values[mine] = -np.inf
    picked = np.zeros((len(asked), PER_CUSTOMER), dtype=np.int64)
    score = np.full(picked.shape, -np.inf)
    for place in range(PER_CUSTOMER if len(asked) else 0):
        chosen = _strongest(values, cols, counts)
        picked[:, place], score[:, place] = cols[chosen], values[chosen]
        values[chosen] = -np.inf
    told = np.isfinite(score)
    row, rank = asked[np.nonzero(told)[0]], np.nonzero(told)[1] + 1
    return pd.DataFrame(
        {
            "customer": row + first,
            "rank": rank,
            "product": picked[told],
            "score": score[told],
            "reason": _reasons(owned, similar, row, picked[told]),
        }
    )


def _strongest(values: NDArray[np.float64], keys: NDArray[np.int64], counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Index of the greatest value in each run of ``counts`` (none 0) values; of several equal the one of least key."""
    import numpy as np

    starts = np.cumsum(counts) - counts
    found = np.flatnonzero(values == np.repeat(np.maximum.reduceat(values, starts), counts))
    run = np.searchsorted(starts, found, side="right") - 1
    heads = np.flatnonzero(np.diff(run, prepend=-1))
    least = np.repeat(np.minimum.reduceat(keys[found], heads), np.diff(heads, append=len(found)))
    chosen = found[keys[found] == least]
    return np.asarray(chosen, dtype=np.int64)


def _reasons(
    owned: csr_matrix, similar: csr_matrix, row: NDArray[np.int64], col: NDArray[np.int64]
) -> NDArray[np.int64]:
    """For each recommended product, the product owned that is most similar to it."""
    import numpy as np

    if not len(row):
        return np.zeros(0, dtype=np.int64)
    counts = np.diff(owned.indptr)[row]
    pair = np.repeat(np.arange(len(row)), counts)
    within = np.arange(len(pair)) - np.repeat(np.cumsum(counts) - counts, counts)
    mine = owned.indices[owned.indptr[row][pair] + within]
    alike = np.asarray(similar[mine, col[pair]]).ravel()
    return np.asarray(mine[_strongest(alike, mine, counts)], dtype=np.int64)
