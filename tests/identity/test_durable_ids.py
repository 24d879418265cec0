from __future__ import annotations

from datetime import datetime

import pandas as pd
import pytest

from cdp.engines import open_engine
from cdp.identity.durable_ids import PreviousIdentity, assign_ids, crosswalk_frame, mint

AS_OF = datetime(2026, 1, 1)


@pytest.fixture
def engine(tmp_path):
    engine = open_engine("duckdb", temp_dir=tmp_path)
    yield engine
    engine.close()


def clusters(engine, *groups):
    rows = [(record, number) for number, group in enumerate(groups) for record in group]
    engine.register("record_clusters", pd.DataFrame(rows, columns=["record_id", "cluster"]))


def history(engine, **records_of):
    rows = [(record, customer) for customer, records in records_of.items() for record in records]
    engine.register("prev_identity_map", pd.DataFrame(rows, columns=["record_id", "customer_id"]))
    events = crosswalk_frame([], "r0", AS_OF)
    engine.register("prev_id_crosswalk", events)


def kinds(assignment):
    return [(e.event_type, e.customer_id, e.other_customer_id) for e in assignment.events]


def minted(record, *taken):
    return mint({0: record}, lambda _: set(taken))[0]


def test_the_first_run_mints_every_id(engine):
    clusters(engine, ["a", "b"], ["c"])
    assignment = assign_ids(engine, None)
    assert [event.event_type for event in assignment.events] == ["minted", "minted"]
    assert assignment.customer_ids[0] == minted("a")


def test_a_merge_keeps_the_larger_share(engine):
    history(engine, SMALL=["a"], LARGE=["b", "c"])
    clusters(engine, ["a", "b", "c", "new"])
    assignment = assign_ids(engine, PreviousIdentity())
    assert assignment.customer_ids == {0: "LARGE"}
    assert kinds(assignment) == [("merged", "LARGE", "SMALL")]
    assert (assignment.records_known, assignment.records_kept) == (3, 2)


def test_a_split_leaves_the_id_with_the_larger_share(engine):
    history(engine, ONE=["a", "b", "c"])
    clusters(engine, ["a"], ["b", "c"])
    assignment = assign_ids(engine, PreviousIdentity())
    assert assignment.customer_ids[1] == "ONE"
    assert kinds(assignment) == [("split", assignment.customer_ids[0], "ONE")]


def test_ties_go_to_the_smaller_id(engine):
    history(engine, B=["a"], A=["b"])
    clusters(engine, ["a", "b"])
    assert assign_ids(engine, PreviousIdentity()).customer_ids == {0: "A"}


def test_a_customer_without_records_is_retired(engine):
    history(engine, GONE=["x"], STAYS=["a"])
    clusters(engine, ["a"])
    assignment = assign_ids(engine, PreviousIdentity())
    assert kinds(assignment) == [("retired", "GONE", None)]


def test_records_that_change_hands_are_logged(engine):
    history(engine, A=["1", "2", "3"], B=["4", "5"])
    clusters(engine, ["1", "2"], ["3", "4", "5"])
    assignment = assign_ids(engine, PreviousIdentity())
    assert assignment.customer_ids == {0: "A", 1: "B"}
    assert kinds(assignment) == [("split", "B", "A")]


def test_an_id_is_never_given_twice(engine):
    taken = minted("a")
    assert minted("a", taken) != taken
    history(engine, **{taken: ["b", "c"]})
    clusters(engine, ["a"], ["b", "c"])
    assignment = assign_ids(engine, PreviousIdentity())
    assert assignment.customer_ids[1] == taken
    assert assignment.customer_ids[0] == minted("a", taken)
