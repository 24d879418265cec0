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

    names, numbers = np.unique(values.to_numpy(dtype=object), return_inverse=True)
    return names, numbers.astype(np.int64)


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

    scores = (owned @ similar).tocoo()
    mine = owned.tocsr()
    has = np.asarray(mine[scores.row, scores.col]).ravel() > 0 if scores.nnz else np.zeros(0, dtype=bool)
    row, col, value = scores.row[~has], scores.col[~has], np.round(scores.data[~has], 9)
    order = np.lexsort((col, -value, row))
    row, col, value = row[order], col[order], value[order]
    rank = np.arange(len(row)) - np.searchsorted(row, row) + 1
    top = rank <= PER_CUSTOMER
    row, col, value, rank = row[top], col[top], value[top], rank[top]
    return pd.DataFrame(
        {
            "customer": row + first,
            "rank": rank,
            "product": col,
            "score": value,
            "reason": _reasons(mine, similar, row, col),
        }
    )


def _reasons(
    owned: csr_matrix, similar: csr_matrix, row: NDArray[np.int64], col: NDArray[np.int64]
) -> NDArray[np.int64]:
    """For each recommended product, the product owned that is most similar to it."""
    import numpy as np

    counts = np.diff(owned.indptr)[row]
    pair = np.repeat(np.arange(len(row)), counts)
    within = np.arange(len(pair)) - np.repeat(np.cumsum(counts) - counts, counts)
    mine = owned.indices[owned.indptr[row][pair] + within]
    alike = np.asarray(similar[mine, col[pair]]).ravel() if len(pair) else np.zeros(0)
    order = np.lexsort((mine, -alike, pair))
    first = order[np.searchsorted(pair[order], np.arange(len(row)))]
    return np.asarray(mine[first], dtype=np.int64)
