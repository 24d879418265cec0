"""Clusters too large to be one customer are taken apart and marked for review."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cdp.engines import Engine
from cdp.identity.graph import components
from cdp.identity.settings import IdentitySettings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CERTAIN_PRIORITY = 90


@dataclass(frozen=True)
class Verdict:
    """Final cluster of each node, whether a person should look at it, and the decision that parted it (0: none)."""

    labels: NDArray[np.int64]
    needs_review: NDArray[np.bool_]
    decided: NDArray[np.int64]


def take_apart(
    engine: Engine, settings: IdentitySettings, certain: NDArray[np.int64], joined: NDArray[np.int64]
) -> Verdict:
    """Oversized clusters fall back to identifiers alone, then to the identifiers of highest priority."""
    import numpy as np

    names = engine.frame("select node, name_key from record_numbers order by node")["name_key"].to_numpy(dtype=object)
    oversized = _oversized(joined, names, settings)
    labels = np.where(oversized, certain, joined)
    still = oversized & _oversized(labels, names, settings)
    if still.any():
        links = engine.frame(
            f"select node_l, node_r from links where cut_reason is null and priority >= {CERTAIN_PRIORITY}"
        )
        strict = components(len(labels), links["node_l"].to_numpy(), links["node_r"].to_numpy())
        labels = np.where(still, strict, labels)
    return Verdict(np.asarray(labels, dtype=np.int64), oversized, np.zeros(len(labels), dtype=np.int64))


def _oversized(labels: NDArray[np.int64], names: NDArray[np.object_], settings: IdentitySettings) -> NDArray[np.bool_]:
    import numpy as np
    import pandas as pd

    if not len(labels):
        return np.zeros(0, dtype=np.bool_)
    frame = pd.DataFrame({"label": labels, "name": pd.Series(names).replace("", None)})
    grouped = frame.groupby("label")["name"].agg(["size", "nunique"])
    guards = settings.guards
    large = grouped[(grouped["size"] > guards.max_cluster_records) | (grouped["nunique"] > guards.max_cluster_names)]
    return np.asarray(frame["label"].isin(large.index).to_numpy(), dtype=np.bool_)
