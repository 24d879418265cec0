"""Floors on open truth sets; only where CDP_TRUTH_DIR names the folder that holds ``truth/<set>/``."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd
import pytest

from cdp.identity.generic import ResolveOptions, resolve_files


@pytest.fixture
def truth_sets():
    folder = os.environ.get("CDP_TRUTH_DIR")
    if not folder:
        pytest.skip("CDP_TRUTH_DIR is not set: the truth sets were NOT tested")
    return Path(folder) / "truth"


def pair_scores(found, truth):
    joined = found.merge(truth, left_on="source_id", right_on="record_id", validate="one_to_one")
    assert len(joined) == len(truth)

    def pairs(columns):
        sizes = joined.groupby(columns).size()
        return int((sizes * (sizes - 1) // 2).sum())

    right, claimed, true = pairs(["customer_id", "true_cluster"]), pairs(["customer_id"]), pairs(["true_cluster"])
    return right / claimed, 2 * right / (claimed + true)


@pytest.mark.parametrize(
    ("name", "least_precision", "least_f1"),
    [("febrl3", 0.999, 0.9995), ("febrl4", 0.999, 0.9995), ("historical_50k", 0.97, 0.94), ("fake_1000", 0.97, 0.965)],
)
def test_no_configuration(truth_sets, name, least_precision, least_f1):
    folder = truth_sets / name
    resolution = resolve_files([folder / "records.parquet"], ResolveOptions("record_id"))
    truth = pd.read_csv(folder / "truth.csv", dtype="string")
    precision, f1 = pair_scores(resolution.customers.astype("string"), truth)
    assert precision >= least_precision
    assert f1 >= least_f1


def test_one_record_per_source_is_seen(truth_sets):
    file = truth_sets / "febrl4" / "records.parquet"
    assert resolve_files([file], ResolveOptions("record_id", source_column="source")).is_one_per_source
