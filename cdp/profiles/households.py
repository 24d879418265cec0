"""Households: a second graph over customers, apart from identity."""

from __future__ import annotations

from cdp.engines import Engine


def link_households(engine: Engine) -> int:
    """Make ``household_members`` (customer_id, household_id) from ``household_links``; returns the number of members.

    Customers joined over any path of shared keys are one household. The id follows from its smallest customer id, so
    that the same customers always have the same household. Whoever shares with nobody has none.
    """
    import numpy as np
    import pandas as pd
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    links = engine.frame("select customer_id, shared_key from household_links order by customer_id, shared_key")
    customers, names = pd.factorize(links["customer_id"], sort=True)
    keys, distinct = pd.factorize(links["shared_key"])
    size = len(names) + len(distinct)
    matrix = coo_array((np.ones(len(links), dtype=np.int8), (customers, keys + len(names))), shape=(size, size))
    found = connected_components(matrix, directed=False)[1][: len(names)] if len(names) else np.empty(0, dtype=np.int64)
    members = pd.DataFrame({"customer_id": np.asarray(names, dtype=object), "part": found})
    members["head"] = members.groupby("part")["customer_id"].transform("min")
    engine.register("household_parts", members[["customer_id", "head"]].astype("str"))
    count = engine.create_table(
        "household_members",
        "select customer_id, 'H' || upper(left(md5(head), 15)) as household_id from household_parts",
    )
    engine.drop("household_parts")
    return count
