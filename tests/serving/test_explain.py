"""Why records are one customer or not, answered from what is published."""

from __future__ import annotations

import json
import re

import pytest

from cdp.cli import main
from cdp.cli.explain import _run_model, bars
from cdp.errors import NotFoundError
from cdp.runs import Store
from cdp.serving import Reader
from cdp.serving.edges import strongest_path
from cdp.serving.explain import explain_customer, explain_pair
from cdp.serving.match import match_customer
from cdp.serving.waterfall import page, waterfall


@pytest.fixture(scope="module")
def reader(published_sample):
    with Reader(published_sample / "data/serve/current") as opened:
        yield opened


@pytest.fixture(scope="module")
def raw(published_sample):
    store = Store(published_sample / "data")
    return [store.path(ref) for ref in store.head().tables["record_identifiers"]]


def edge(reader, where):
    sql = (
        f"select record_id_l, record_id_r from identity_edges where {where} order by match_weight desc nulls last, 1, 2"
    )
    return reader.fetch(sql + " limit 1").rows[0]


def test_every_customer_is_held_together_by_edges_that_can_be_told(reader):
    rows = reader.fetch("select customer_id, count_records from customers where count_records > 1 order by 1 limit 60")
    for customer, count in rows.rows:
        answer = explain_customer(reader, customer)
        assert len(answer.path) == count - 1
        assert {one for step in answer.path for one in (step.left, step.right)} == {
            row[0] for row in answer.records.rows
        }
        assert all(step.words for step in answer.path)


def test_a_path_over_the_model_adds_up_to_its_weight(reader):
    left, right = edge(reader, "edge_type = 'model' and not is_cut")
    answer = explain_pair(reader, left, right)
    (step,) = answer.path
    assert sum(weight for _, weight in step.steps) == pytest.approx(step.weight, abs=0.01)
    assert step.steps[0][0] == "two records by chance"
    assert re.search(r"the model gives \d+\.\d% \(two records by chance -\d", step.words)
    assert waterfall(step.steps).count("<rect") == len(step.steps) + 1


def test_a_longer_path_goes_from_one_record_to_the_other(reader):
    customer = reader.scalar("select customer_id from customers order by count_records desc, 1 limit 1")
    answer = explain_customer(reader, customer)
    ends = {}
    for step in answer.path:
        for record in (step.left, step.right):
            ends[record] = ends.get(record, 0) + 1
    left, right = sorted(record for record, count in ends.items() if count == 1)[:2]
    path = explain_pair(reader, left, right).path
    assert len(path) >= 2
    walked = left
    for step in path:
        assert walked in (step.left, step.right)
        walked = step.right if walked == step.left else step.left
    assert walked == right
    assert strongest_path([], left, right) == []


@pytest.mark.parametrize(
    ("where", "by"),
    [
        ("cut_reason = 'not probable enough'", "threshold"),
        ("cut_reason = 'given names differ'", "veto"),
    ],
)
def test_what_kept_two_apart_is_named(reader, where, by):
    answer = explain_pair(reader, *edge(reader, f"is_cut and {where}"))
    assert by in {step.kept_apart_by for step in answer.against}
    assert answer.kept_apart_by in {"threshold", "veto"}
    assert "The best reason to join them was" in answer.verdict
    assert len(answer.customers) == 2
    assert len(answer.compared)


def test_strangers_were_never_compared(reader):
    rows = reader.fetch("select customer_id from profiles where country = 'GB' order by 1 limit 1").rows
    rows += reader.fetch("select customer_id from profiles where country = 'US' order by 1 limit 1").rows
    answer = explain_pair(reader, rows[0][0], rows[1][0])
    assert (answer.kept_apart_by, answer.path, answer.against) == ("never compared", (), [])


@pytest.fixture(scope="module")
def run_model(published_sample):
    store = Store(published_sample / "data")
    return _run_model(published_sample, store, store.head())


def test_strangers_are_weighed_as_if_they_had_been_compared(reader, run_model):
    rows = reader.fetch(
        "select customer_id from profiles where full_name is not null and country = 'GB' order by 1 limit 1"
    ).rows
    rows += reader.fetch(
        "select customer_id from profiles where full_name is not null and country = 'US' order by 1 limit 1"
    ).rows
    answer = explain_pair(reader, rows[0][0], rows[1][0], run_model=run_model)
    assert answer.kept_apart_by == "never compared"
    assert "they share none of what has two records compared (full name and address," in answer.verdict
    (step,) = answer.against
    assert step.probability < 0.01
    assert sum(weight for _, weight in step.steps) == pytest.approx(step.weight, abs=0.01)


def test_those_compared_and_found_too_unlike_are_told_by_field(reader, run_model):
    left, right = reader.fetch(
        "with places as (select customer_id, lower(last_name) as last, lower(postcode) as code, "
        "min(lower(first_name)) as first from identity_records where last_name is not null and postcode is not null "
        "and first_name is not null group by all having count(distinct first_name) = 1) "
        "select l.customer_id, r.customer_id from places as l inner join places as r using (last, code) "
        "where l.customer_id < r.customer_id and l.first[1] <> r.first[1] and not exists (select 1 from identity_edges "
        "as e inner join identity_map as a on e.record_id_l = a.record_id inner join identity_map as b "
        "on e.record_id_r = b.record_id where a.customer_id in (l.customer_id, r.customer_id) "
        "and b.customer_id in (l.customer_id, r.customer_id) and a.customer_id <> b.customer_id) order by 1, 2 limit 1"
    ).rows[0]
    answer = explain_pair(reader, left, right, run_model=run_model)
    assert answer.kept_apart_by == "threshold"
    (step,) = answer.against
    assert step.cut_reason.startswith("not probable enough (compared for ")
    assert {name for name, _ in step.steps} >= {"given name", "family name and place"}
    assert dict(step.steps)["given name"] < 0 < dict(step.steps)["family name and place"]


def test_who_bears_no_name_is_not_compared(reader, run_model):
    nameless, named = (
        reader.scalar(f"select customer_id from profiles where full_name is {what} null order by 1 limit 1")
        for what in ("", "not")
    )
    answer = explain_pair(reader, nameless, named, run_model=run_model)
    assert "at least one of them bears no name" in answer.verdict


def test_a_blocked_value_that_both_carry_is_named(reader, raw):
    import duckdb

    kind, value = reader.fetch(
        "select identifier_type, identifier_value from blocked_identifiers where identifier_type = 'email' "
        "and count_records >= 2 order by count_records desc, 2 limit 1"
    ).rows[0]
    carriers = duckdb.connect().execute(
        "select record_id from read_parquet($files, union_by_name = true) where identifier_type = $kind "
        "and lower(identifier_value) = $value order by 1",
        {"files": [str(path) for path in raw], "kind": kind, "value": value},
    )
    owners = {}
    for (record,) in carriers.fetchall():
        owner = reader.scalar("select customer_id from identity_map where record_id = $r", {"r": record})
        owners.setdefault(owner, record)
    left, right = list(owners.values())[:2]
    answer = explain_pair(reader, left, right, raw)
    assert answer.kept_apart_by == "blocked value"
    assert value in answer.verdict


def test_the_page_needs_nothing_from_elsewhere(reader):
    html = page(explain_pair(reader, *edge(reader, "edge_type = 'model'")))
    assert "<svg" in html
    assert not re.search(r"(src|href)=|@import|https?:", html)


def test_bars_begin_where_the_one_before_ends():
    assert [line.rstrip() for line in bars([("chance", -4.0), ("name", 8.0)])] == [
        "chance                      -4.0  ░░░░░░░░░░░░",
        "name                        +8.0  ████████████████████████",
        "together                    +4.0              ████████████",
    ]
    assert bars([]) == []


def test_the_command_answers_in_every_form_and_from_earlier_runs(published_sample, tmp_path, capsys, reader):
    store = Store(published_sample / "data")
    first = next(iter(store.history())).run_id
    left, right = edge(reader, "edge_type = 'model' and not is_cut")
    base = ["customer", "explain", left, right, "--workspace", str(published_sample)]
    assert main([*base, "--html", str(tmp_path / "why.html")]) == 0
    assert "What holds them together" in capsys.readouterr().out
    assert (tmp_path / "why.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert main([*base, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["path"][0]["edge_type"] == "model"
    assert main([*base, "--format", "csv"]) == 0
    assert capsys.readouterr().out.startswith("record_id_l,")
    with Reader(store.serve / f"cdp_{first}.duckdb") as earlier:
        customer = earlier.scalar("select customer_id from customers order by 1 limit 1")
    assert main(["customer", "explain", customer, "--run", first, "-w", str(published_sample)]) == 0
    capsys.readouterr()
    with pytest.raises(NotFoundError):
        store.read("2020-01-01-0001")
    assert main([*base, "--run", "2020-01-01-0001"]) == 1


def test_an_id_that_was_merged_away_still_leads_to_its_customer(reader):
    gone = reader.fetch("select customer_id, other_customer_id from id_crosswalk where event_type = 'merged'").rows
    assert gone
    for customer, other in gone:
        assert match_customer(reader, other).customer_id == match_customer(reader, customer).customer_id


def test_who_held_a_shared_value_when_is_told(reader):
    one, other, value = reader.fetch(
        "select l.customer_id, r.customer_id, l.identifier_value from identifiers as l inner join identifiers as r "
        "using (identifier_type, identifier_value) where l.customer_id < r.customer_id "
        "and l.last_seen_at < r.first_seen_at order by 1, 2, 3 limit 1"
    ).rows[0]
    alone, together = explain_customer(reader, one).held, explain_pair(reader, one, other).held
    held = [row for row in together if row["identifier_value"] == value]
    assert [row["customer_id"] for row in held] == [one, other]
    assert held[0]["last_seen_at"] < held[1]["first_seen_at"]
    assert {row["customer_id"] for row in alone if row["identifier_value"] == value} >= {one, other}
