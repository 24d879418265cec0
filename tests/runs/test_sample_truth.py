"""What the published sample says, against its own truth. These floors always run."""

from __future__ import annotations

import pandas as pd
import pytest
from tests_support import SAMPLE

import cdp

TOTALS = {
    "orders": "count_orders",
    "orders_store": "count_orders_store",
    "orders_web": "count_orders_web",
    "orders_app": "count_orders_app",
    "gross_revenue": "gross_revenue",
    "returned_value": "returned_value",
    "net_revenue": "net_revenue",
    "open_tickets": "count_open_tickets",
    "reservations_waiting": "reservations_waiting",
}


def pairs(sizes):
    return float((sizes * (sizes - 1) / 2).sum())


@pytest.fixture(scope="module")
def matched(published_sample):
    """Records that can be known, with the person they are of and the customer they were given to."""
    truth = pd.read_csv(SAMPLE / "truth" / "truth_identity.csv", dtype=str)
    with cdp.open(published_sample) as published:
        found = published.query("select feed, source_id as source_record_id, customer_id from identity_map")
    records = truth.merge(found, on=["feed", "source_record_id"], how="left", validate="one_to_one")
    assert records.customer_id.notna().all(), "every record of the truth has a customer"
    two_users = (records.kind == "device") & (records.shared == "1")
    return records[(records.erased != "1") & (records.evidence != "none") & ~two_users]


@pytest.fixture(scope="module")
def known(matched):
    """People whose records are exactly one customer, and nobody else's."""
    customers = matched.groupby("person_id").customer_id.agg(["nunique", "first"])
    people = matched.groupby("customer_id").person_id.nunique()
    alone = customers["first"].map(people) == 1
    return customers.loc[(customers["nunique"] == 1) & alone, "first"]


def test_identity_reaches_its_floor(matched):
    right = pairs(matched.groupby(["person_id", "customer_id"]).size())
    precision = right / pairs(matched.groupby("customer_id").size())
    recall = right / pairs(matched.groupby("person_id").size())
    assert precision >= 0.97
    assert recall >= 0.88


def test_totals_of_cleanly_resolved_people_are_right(published_sample, known):
    truth = pd.read_parquet(SAMPLE / "truth" / "truth_totals.parquet").set_index("person_id")
    with cdp.open(published_sample) as published:
        profiles = published.query("select * from profiles").set_index("customer_id")
    people = known.index.intersection(truth.index)
    got = profiles.reindex(known[people]).set_axis(people)
    for column, ours in TOTALS.items():
        wrong = (got[ours].astype(float).fillna(0) - truth.loc[people, column].astype(float)).abs() > 0.005
        assert wrong.mean() <= 0.03, f"{column}: {sorted(people[wrong])[:5]}"


def test_segments_of_cleanly_resolved_people_are_right(published_sample, known):
    truth = pd.read_csv(SAMPLE / "truth" / "truth_segments.csv", dtype=str)
    with cdp.open(published_sample) as published:
        members = published.query("select segment, customer_id from segment_memberships where valid_to is null")
    person_of = pd.Series(known.index, index=known.to_numpy())
    members["person_id"] = members.customer_id.map(person_of)
    assert set(truth.segment_name) <= set(members.segment)
    for name, asked in truth.groupby("segment_name"):
        wanted = set(asked.person_id) & set(known.index)
        got = set(members.person_id[members.segment == name].dropna())
        assert len(wanted ^ got) <= max(1, 0.05 * len(wanted | got)), f"{name}: {sorted(wanted ^ got)}"
