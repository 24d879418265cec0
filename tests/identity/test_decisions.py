"""What stewards decide holds: through rebuilds, against identifiers, model and guards, until it is undone."""

from __future__ import annotations

import shutil
from datetime import date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from identity.town import Town
from tests_support import NIGHTS, SAMPLE

import cdp
from cdp.engines import open_engine
from cdp.errors import IdentityError, NotFoundError, UsageError
from cdp.identity import IdentitySettings, PreviousIdentity, resolve
from cdp.identity.decisions import Kind, fingerprint
from cdp.identity.rulings import decisions_frame
from cdp.runs import rollback, run, vacuum
from cdp.serving import Reader
from cdp.serving.records import locate, records_to_part
from cdp.workspace import load_workspace
from cdp.workspace.control import Control

AS_OF = datetime(2026, 6, 1)


@pytest.fixture
def control(tmp_path):
    return Control(tmp_path)


def join(control, left, right, reason=""):
    return control.decide(Kind.must_link, actor="anna", reason=reason, pairs=[(left, right)])


def part(control, left, *others):
    pairs = [(left, other) for other in others]
    return control.decide(Kind.never_link, actor="anna", reason="two people", pairs=pairs)


def small_town():
    """Four orders under one e-mail, three under one card, one record alone."""
    town = Town()
    for _ in range(4):
        town.add("ada", "web", "order", {"email": "ada@example.com"}, first_name="Ada", last_name="Reed")
    for _ in range(3):
        town.add("bea", "pos", "receipt", {"loyalty_card": "7001"}, first_name="Bea", last_name="Stone")
    town.add("cai", "web", "order", {"email": "cai@example.com"}, first_name="Cai", last_name="Hill")
    return town


class Resolved:
    def __init__(self, town, folder, control, previous=None, run_id="run1"):
        self.engine = open_engine("duckdb", temp_dir=folder, threads=1)
        records, identifiers = town.frames()
        self.engine.register("identity_records", records)
        self.engine.register("record_identifiers", identifiers)
        if previous:
            for name in ("identity_map", "id_crosswalk"):
                self.engine.register(f"prev_{name}", previous.engine.frame(f"select * from {name}"))
        resolve(
            self.engine,
            IdentitySettings(),
            as_of=AS_OF,
            run_id=run_id,
            model_path=folder / "model.json",
            previous=PreviousIdentity() if previous else None,
            decisions=decisions_frame(control.decisions()),
        )
        self.customer_of = dict(self.engine.rows("select record_id, customer_id from identity_map"))

    def edges(self, where):
        return self.engine.rows(
            "select record_id_l, record_id_r, edge_type, is_cut, cut_reason from identity_edges "
            f"where {where} order by all"
        )


@pytest.fixture
def town():
    return small_town()


@pytest.fixture
def ids(town):
    return {person: [r for r, p in town.truth.items() if p == person] for person in ("ada", "bea", "cai")}


def test_a_must_link_joins_two_clusters_whole(town, ids, control, tmp_path):
    before = Resolved(town, tmp_path, control)
    join(control, ids["ada"][2], ids["bea"][1], "married name")
    after = Resolved(town, tmp_path, control, before, "run2")
    assert len({after.customer_of[record] for record in ids["ada"] + ids["bea"]}) == 1
    assert after.customer_of[ids["ada"][0]] == before.customer_of[ids["ada"][0]], "the larger share keeps its id"
    assert after.edges("edge_type = 'decision'") == [(*sorted((ids["ada"][2], ids["bea"][1])), "decision", False, None)]
    reasons = after.engine.rows("select event_type, reason from id_crosswalk where run_id = 'run2'")
    assert reasons == [("merged", "decision 1 by anna: married name")]


@pytest.mark.parametrize("wrong", range(4))
def test_a_record_parted_from_its_customer_leaves_the_others_together(town, ids, control, tmp_path, wrong):
    """Also when the parted record is the hub over which the others were linked."""
    before = Resolved(town, tmp_path, control)
    record, others = ids["ada"][wrong], [r for i, r in enumerate(ids["ada"]) if i != wrong]
    part(control, record, *others)
    after = Resolved(town, tmp_path, control, before, "run2")
    assert len({after.customer_of[other] for other in others}) == 1
    assert after.customer_of[record] != after.customer_of[others[0]]
    kept = {record_id for edge in after.edges("not is_cut") for record_id in edge[:2]}
    assert set(others) <= kept, "what holds them together can be explained"
    cut = after.edges(f"is_cut and edge_type = 'identifier' and (record_id_l = '{record}' or record_id_r = '{record}')")
    assert {edge[4] for edge in cut} == {"decision 1 keeps them apart"}
    (event,) = after.engine.rows("select event_type, reason from id_crosswalk where run_id = 'run2'")
    assert event == ("split", "decision 1 by anna: two people")


def test_a_never_link_outranks_a_path_over_a_must_link(town, ids, control, tmp_path):
    join(control, ids["ada"][0], ids["bea"][0])
    part(control, ids["ada"][0], ids["bea"][2])
    after = Resolved(town, tmp_path, control).customer_of
    assert after[ids["ada"][0]] == after[ids["bea"][0]]
    assert after[ids["ada"][0]] != after[ids["bea"][2]]


def test_a_blocked_value_joins_nothing(town, ids, control, tmp_path):
    control.decide(Kind.block, actor="anna", reason="shared desk", identifier=("email", "ada@example.com"))
    after = Resolved(town, tmp_path, control)
    assert len({after.customer_of[record] for record in ids["ada"]}) == 4
    listed = after.engine.rows("select identifier_value, reason from blocked_identifiers")
    assert listed == [("ada@example.com", "decision 1")]


def test_no_decision_changes_nothing(town, control, tmp_path):
    plain = Resolved(town, tmp_path, control)
    decided = join(control, "web:gone", "web:gone too")
    assert Resolved(town, tmp_path, control).customer_of == plain.customer_of
    control.undo(decided.decision_id, actor="anna")
    assert fingerprint(control.decisions()) == ""


def test_contradictions_are_refused_with_the_decision_that_stands_against(control):
    join(control, "a", "b")
    join(control, "b", "c")
    with pytest.raises(IdentityError, match=r"decision 1 .* and decision 2") as refused:
        part(control, "c", "a")
    assert "cdp identity undo 1 or cdp identity undo 2" in str(refused.value)
    part(control, "c", "d")
    with pytest.raises(IdentityError, match="decision 3"):
        join(control, "d", "a")
    with pytest.raises(IdentityError, match="says that already"):
        join(control, "b", "a")
    with pytest.raises(IdentityError, match="one record"):
        join(control, "a", "a")
    control.undo(3, actor="ben")
    assert join(control, "d", "a").decision_id == 4
    with pytest.raises(UsageError, match="undone by ben"):
        control.undo(3, actor="anna")
    with pytest.raises(NotFoundError):
        control.undo(9, actor="anna")
    with pytest.raises(UsageError, match="name of the person"):
        control.decide(Kind.must_link, actor=" ", reason="", pairs=[("x", "y")])


@settings(max_examples=7, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.booleans(), st.integers(0, 7), st.integers(0, 7)), max_size=8))
def test_any_sequence_of_decisions_holds_and_keeps_every_record_once(tmp_path_factory, steps):
    folder = tmp_path_factory.mktemp("any")
    control, town = Control(folder), small_town()
    records = sorted(town.truth)
    for together, left, right in steps:
        try:
            (join if together else part)(control, records[left], records[right])
        except IdentityError:
            continue
    resolved = Resolved(town, folder, control)
    customer_of = resolved.customer_of
    spent = {record: number + 1 for number, record in enumerate(records)}
    by_customer: dict[str, int] = {}
    for record, customer in customer_of.items():
        by_customer[customer] = by_customer.get(customer, 0) + spent[record]
    assert sum(by_customer.values()) == sum(spent.values())
    assert sorted(customer_of) == records
    for decision in control.decisions():
        for left, right in decision.pairs:
            assert (customer_of[left] == customer_of[right]) is (decision.kind is Kind.must_link)
    doubled = resolved.engine.scalar("select count(*) - count(distinct edge_id) from identity_edges")
    assert doubled == 0


def night(root, day):
    inbox = SAMPLE / "inbox" / NIGHTS[1][0]
    return run(load_workspace(root), inbox=inbox, business_date=date.fromisoformat(day))


def state(root):
    with cdp.open(root) as published:
        customer_of = dict(published.query("select record_id, customer_id from identity_map").to_records(index=False))
        money = published.query("select count(*), sum(gross_revenue), sum(net_revenue) from profiles").iloc[0].tolist()
    return customer_of, money


def test_decisions_survive_further_nights_rollback_and_vacuum(published_sample, tmp_path):
    root = shutil.copytree(published_sample, tmp_path / "workspace", symlinks=True)
    control = Control(root / "data")
    before, money = state(root)
    with Reader(root / "data/serve/current") as reader:
        one, other = (
            str(customer)
            for (customer,) in reader.fetch(
                "select customer_id from profiles where count_orders > 0 order by count_orders desc limit 2"
            ).rows
        )
        left, right = locate(reader, one), locate(reader, other)
        record = str(reader.scalar("select max(record_id) from identity_map where customer_id = $c", {"c": one}))
        pairs = records_to_part(reader, record, None)
    join(control, left.record_id, right.record_id)
    control.decide(Kind.never_link, actor="anna", reason="", pairs=pairs)
    first = night(root, NIGHTS[1][1])
    assert first.published, "a changed set of decisions is something new"
    assert not night(root, NIGHTS[1][1]).published
    after, moved = state(root)
    assert moved[1:] == money[1:]
    for day in ("2026-06-02", "2026-06-03"):
        assert night(root, day).published
        later, _ = state(root)
        assert later == after
    assert after[left.record_id] == after[right.record_id]
    assert all(after[record] != after[kept] for _, kept in pairs)
    vacuum(load_workspace(root))
    rollback(load_workspace(root))
    assert [one.decision_id for one in control.decisions()] == [1, 2]
    for decision in (1, 2):
        control.undo(decision, actor="ben")
    assert night(root, "2026-06-03").published
    restored, _ = state(root)
    same = {(restored[a] == restored[b]) == (before[a] == before[b]) for a in pairs[0] for b in before}
    assert same == {True}
