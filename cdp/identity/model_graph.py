"""Join components of exact identifiers through the model, where no guard objects."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cdp.engines import Engine
from cdp.identity.agglomerate import Agglomeration, Group, Link
from cdp.identity.comparisons import COMPARISONS
from cdp.identity.doubts import Doubts
from cdp.identity.graph import components
from cdp.identity.identifier_graph import load_conflicts, relate_names
from cdp.identity.rulings import Rulings
from cdp.identity.settings import IdentitySettings

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray


@dataclass(frozen=True)
class ModelEdges:
    """Kept pairs with their verdict (columns component_l, component_r, match_…, evidence, is_cut, cut_reason)."""

    labels: NDArray[np.int64]
    edges: pd.DataFrame


def no_edges(labels: NDArray[np.int64]) -> ModelEdges:
    """What is left when there is no model: the components as they are."""
    import pandas as pd

    kinds = {
        "component_l": "int64",
        "component_r": "int64",
        "match_weight": "float64",
        "match_probability": "float64",
        "evidence": "string",
        "cut_reason": "string",
        "is_cut": "bool",
    }
    return ModelEdges(labels, pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in kinds.items()}))


def join_components(
    engine: Engine,
    settings: IdentitySettings,
    labels: NDArray[np.int64],
    scored: pd.DataFrame,
    rulings: Rulings,
) -> ModelEdges:
    """Average linkage over scored pairs, most probable first, names and birth dates permitting."""
    import numpy as np

    kept = scored[scored["match_probability"] >= settings.model.keep_probability].copy()
    kept["evidence"] = _evidence(kept)
    kept["cut_reason"] = _too_little(kept, settings)
    candidates = kept[kept["cut_reason"] == ""]
    loose = components(len(labels), candidates["component_l"].to_numpy(), candidates["component_r"].to_numpy())
    groups = _groups(engine, _within(kept, loose), loose)
    for component, apart in rulings.apart_by_label(labels).items():
        if component in groups:
            groups[component].apart.update(apart)
    known = _within(scored, loose)
    ends = zip(known["component_l"].tolist(), known["component_r"].tolist(), strict=True)
    probabilities = dict(zip(ends, known["match_probability"].tolist(), strict=True))
    agglomeration = Agglomeration(groups, load_conflicts(engine, settings))
    links = [
        Link((-round(weight, 6),), left, right, number)
        for number, left, right, weight in zip(
            candidates.index.tolist(),
            candidates["component_l"].tolist(),
            candidates["component_r"].tolist(),
            candidates["match_weight"].tolist(),
            strict=True,
        )
    ]
    refused = agglomeration.join(links, Doubts(agglomeration, probabilities, settings))
    kept.loc[list(refused), "cut_reason"] = list(refused.values())
    kept["is_cut"] = kept["cut_reason"] != ""
    kept = kept[list(no_edges(labels).edges.columns)].astype({"cut_reason": "string", "evidence": "string"})
    joined = labels.copy()
    roots = np.arange(len(labels), dtype=np.int64)
    for component in groups:
        roots[component] = agglomeration.find(component)
    joined = roots[joined]
    return ModelEdges(np.asarray(joined, dtype=np.int64), kept)


def _within(pairs: pd.DataFrame, loose: NDArray[np.int64]) -> pd.DataFrame:
    """The pairs that can come to one customer: chains of candidates connect them."""
    left, right = pairs["component_l"].to_numpy(), pairs["component_r"].to_numpy()
    together: pd.DataFrame = pairs.loc[loose[left] == loose[right]]
    return together


def _evidence(pairs: pd.DataFrame) -> pd.Series[str]:
    """The weight by field, as JSON."""
    import pandas as pd

    text = pd.Series("{", index=pairs.index, dtype="object")
    for number, name in enumerate(COMPARISONS):
        weight = pairs[f"mw_{name}"].astype("float64").round(3).astype(str)
        text = text + (", " if number else "") + f'"{name}": ' + weight
    return text + "}"


def _too_little(pairs: pd.DataFrame, settings: IdentitySettings) -> pd.Series[str]:
    """Pairs below the threshold."""
    import pandas as pd

    reasons = pd.Series("", index=pairs.index, dtype="object")
    reasons[pairs["match_probability"] < settings.model.link_probability] = "not probable enough"
    return reasons


def _groups(engine: Engine, kept: pd.DataFrame, loose: NDArray[np.int64]) -> dict[int, Group]:
    """Names and birth dates of the components that take part; makes ``name_relations`` for all who may come together.

    What becomes of a loose cluster rests on its own names alone, met in a scored pair or not.
    """
    import numpy as np
    import pandas as pd

    parts = np.unique(kept[["component_l", "component_r"]].to_numpy(dtype=np.int64))
    engine.register("loose_clusters", pd.DataFrame({"component": parts, "cluster": loose[parts]}))
    contents = engine.rows(
        "select c.component, c.name_key, coalesce(c.birth_date, '') as birth_date, count(*) "
        "from record_contents as c inner join loose_clusters as p on c.component = p.component "
        "group by c.component, c.name_key, c.birth_date order by 1, 2, 3"
    )
    groups: dict[int, Group] = {}
    for component, name_key, birth_date, count in contents:
        group = groups.setdefault(int(component), Group([int(component)], Counter(), Counter()))
        group.names[name_key] += int(count)
        if birth_date:
            group.birth_dates[birth_date] += int(count)
    relate_names(engine, _NAMES_THAT_MEET)
    return groups


_NAMES_THAT_MEET = """
with names as (
    select distinct loose_clusters.cluster, record_contents.name_key
    from record_contents
    inner join loose_clusters on record_contents.component = loose_clusters.component
)
select distinct l.name_key as name_key_l, r.name_key as name_key_r
from names as l
inner join names as r on l.cluster = r.cluster and l.name_key < r.name_key
"""
