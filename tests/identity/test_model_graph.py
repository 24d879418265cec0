"""What becomes of a cluster rests on its own records, not on what else is in the data."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cdp.engines import open_engine
from cdp.identity.comparisons import COMPARISONS
from cdp.identity.doubts import FITS_TWO
from cdp.identity.model_graph import join_components
from cdp.identity.names import register_names
from cdp.identity.rulings import Rulings
from cdp.identity.settings import IdentitySettings

PEOPLE = ("a", "adam", "ann", "adam", "ann")
INITIAL = [(0, 1, 0.96), (0, 2, 0.94)]


def joined(pairs):
    """The verdict on ``pairs`` (left, right, probability) among people called Lee: labels, and reasons by pair."""
    engine = open_engine("duckdb", threads=1)
    try:
        register_names(engine, [], [])
        names = [(str(n), f"{first}|lee|", first, "lee", "lee", None) for n, first in enumerate(PEOPLE)]
        columns = ["record_id", "name_key", "first_std", "last_std", "family_std", "suffix_std"]
        engine.register("record_names", pd.DataFrame(names, columns=columns, dtype="string"))
        engine.create_table(
            "record_contents", "select record_id::bigint as component, name_key, null::varchar as birth_date "
            "from record_names"
        )  # fmt: skip
        scored = pd.DataFrame(pairs, columns=["component_l", "component_r", "match_probability"])
        scored["match_weight"] = np.log2(scored["match_probability"] / (1 - scored["match_probability"]))
        scored = scored.assign(**{f"mw_{name}": 0.0 for name in COMPARISONS})
        edges = join_components(engine, IdentitySettings(), np.arange(len(PEOPLE)), scored, Rulings())
        reasons = edges.edges.set_index(["component_l", "component_r"])["cut_reason"].to_dict()
        return edges.labels.tolist(), reasons
    finally:
        engine.close()


@pytest.mark.parametrize("elsewhere", [[], [(3, 4, 0.92)]], ids=["alone", "with others of these names"])
def test_an_initial_between_two_people_bridges_nothing_whoever_else_is_there(elsewhere):
    labels, reasons = joined(INITIAL + elsewhere)
    assert labels[:3] == [0, 1, 2]
    assert (reasons[0, 1], reasons[0, 2]) == (FITS_TWO, FITS_TWO)
