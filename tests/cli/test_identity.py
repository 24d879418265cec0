"""Stewards at the command line: decide, undo, evaluate, review."""

from __future__ import annotations

import csv
import io
import json
import re
import sys

import pytest

from cdp.cli import main
from cdp.serving import Reader
from cdp.workspace.control import Control

JUDGED = "record_id_l,record_id_r,is_match\n"


@pytest.fixture(scope="module")
def read(published_sample):
    with Reader(published_sample / "data/serve/current") as reader:
        yield lambda sql: reader.fetch(sql).rows


@pytest.fixture
def desk(published_sample, tmp_path, capsys, monkeypatch):
    """Call ``cdp identity`` in a workspace that shares the published file and has decisions of its own."""
    root = tmp_path / "workspace"
    (root / "data").mkdir(parents=True)
    for name in ("cdp.toml", "pipelines", "schemas"):
        (root / name).symlink_to(published_sample / name)
    for name in ("serve", "manifests", "tables"):
        (root / "data" / name).symlink_to(published_sample / "data" / name)
    monkeypatch.chdir(root)

    def call(*arguments):
        code = main(["identity", *(str(argument) for argument in arguments)])
        out, err = capsys.readouterr()
        return code, out, err

    return call


def decided(tmp_path):
    return Control(tmp_path / "workspace/data").decisions()


def pair_of_customers(read):
    return [c for (c,) in read("select customer_id from profiles where count_orders > 1 order by 1 limit 2")]


def test_two_customers_are_linked_by_their_anchors_and_undone(desk, read, tmp_path):
    one, other = pair_of_customers(read)
    code, out, err = desk("link", one, other, "--by", "anna", "--reason", "same phone voice")
    assert code == 0
    assert out.startswith("decision 1: ")
    assert "next 'cdp run'" in err
    (decision,) = decided(tmp_path)
    owners = read(f"select customer_id from identity_map where record_id in {decision.pairs[0]} order by 1")
    assert [owner for (owner,) in owners] == sorted([one, other])
    assert (decision.actor, decision.reason) == ("anna", "same phone voice")
    _, out, _ = desk("decisions", "--format", "json")
    assert json.loads(out)[0]["kind"] == "must_link"
    code, _, err = desk("unlink", one, other)
    assert code == 1
    assert "contradicts decision 1 (anna" in err
    assert desk("undo", 1, "--by", "ben")[0] == 0
    assert desk("unlink", one, other, "--by", "ben")[0] == 0
    records = [
        {r for (r,) in read(f"select record_id from identity_map where customer_id = '{customer}'")}
        for customer in (one, other)
    ]
    (apart,) = decided(tmp_path)
    assert set(apart.pairs) == {tuple(sorted((left, right))) for left in records[0] for right in records[1]}
    assert re.search(r" and \d+ more are never one customer with .* and \d+ more$", apart.told)
    _, out, _ = desk("decisions", "--all", "--format", "csv")
    assert [row["undone_by"] for row in csv.DictReader(io.StringIO(out))] == ["ben", ""]


def test_a_record_is_parted_from_its_customer(desk, read, tmp_path):
    ((record, customer),) = read(
        "select min(record_id), customer_id from identity_map group by 2 having count(*) > 3 order by 2 limit 1"
    )
    assert desk("unlink", record)[0] == 0
    others = {r for (r,) in read(f"select record_id from identity_map where customer_id = '{customer}'")} - {record}
    (decision,) = decided(tmp_path)
    assert {one for pair in decision.pairs for one in pair} <= others | {record}
    assert all(record in pair for pair in decision.pairs)
    assert desk("undo", 1)[0] == 0
    assert desk("unlink", record, customer)[0] == 0
    assert decided(tmp_path)[0].pairs == decision.pairs
    code, _, err = desk("unlink", customer)
    assert code == 2
    assert "not a record" in err


def test_what_hangs_on_a_parted_record_alone_goes_with_it(desk, read, tmp_path):
    edges = read(
        "select record_id_l, record_id_r, identifier_type, identifier_value from identity_edges where not is_cut"
    )
    carriers, beside = {}, {}
    for left, right, kind, value in edges:
        carriers.setdefault((kind, value), set()).update((left, right))
        beside.setdefault(left, []).append((right, kind, value))
        beside.setdefault(right, []).append((left, kind, value))
    sizes = dict(read("select record_id, count(*) over (partition by customer_id) from identity_map"))
    hanging, record = next(
        (one, others[0][0])
        for one, others in sorted(beside.items())
        if len(others) == 1 and len(carriers[others[0][1:]]) == 2 and len(beside[others[0][0]]) > 3 and sizes[one] > 5
    )
    assert desk("unlink", record)[0] == 0
    assert hanging not in {one for pair in decided(tmp_path)[0].pairs for one in pair}


def test_two_contacts_of_one_customer_part_the_records_that_carry_them(desk, read, tmp_path):
    found = read(
        "with carried as (select n.customer_id, e.identifier_type, e.identifier_value, "
        "list_distinct(flatten(list([e.record_id_l, e.record_id_r]))) as records from identity_edges as e "
        "inner join identity_map as n on e.record_id_l = n.record_id where not e.is_cut "
        "and e.identifier_type in ('email', 'phone', 'loyalty_card') group by all having count(*) > 1) "
        "select l.identifier_value, r.identifier_value, l.records, r.records from carried as l "
        "inner join carried as r using (customer_id) where l.identifier_type = 'email' and r.identifier_type = 'phone' "
        "order by not list_has_any(l.records, r.records) desc, 1, 2"
    )
    apart = next((row for row in found if not set(row[2]) & set(row[3])), None)
    mixed = next(row for row in found if set(row[2]) & set(row[3]))
    code, _, err = desk("unlink", mixed[0], mixed[1])
    assert code == 2
    assert "it is unclear which records to part" in err
    if apart:
        assert desk("unlink", apart[0], apart[1])[0] == 0
        (pair,) = decided(tmp_path)[0].pairs
        assert set(pair) & set(apart[2])
        assert set(pair) & set(apart[3])


def test_a_value_is_blocked_in_the_form_in_which_it_is_stored(desk, read, tmp_path):
    ((value,),) = read(
        "select identifier_value from identifiers where identifier_type = 'phone' and identifier_value like '+44%' "
        "order by 1 limit 1"
    )
    assert desk("block", "phone", value.replace("+44", "0"))[0] == 0
    assert decided(tmp_path)[0].identifier_value == value
    assert "blocks phone" in desk("block", "phone", value)[2]
    assert "no record carries" in desk("block", "email", "Desk@Example.COM")[2]
    assert desk("block", "shoe_size", "42")[0] == 2
    assert desk("link", "nobody@example.com", value)[0] == 1


def test_evaluate_with_the_samples_truth(desk, published_sample):
    labels = published_sample / "data/sample/truth/truth_identity.csv"
    code, out, _ = desk("evaluate", "--labels", labels, "--format", "json")
    assert code == 0
    judged = json.loads(out)["labels"]
    assert judged["records_known"] == judged["records_labelled"]
    wrong = sum(line["pairs"] for line in judged["wrong_merges"])
    missed = sum(line["pairs"] for line in judged["misses"])
    assert (wrong, missed) == (judged["pairwise"]["wrong"], judged["pairwise"]["missed"]), "every error has a kind"
    published = next(row for row in judged["curve"] if row["threshold"] == 0.9)
    assert published["f1"] == pytest.approx(judged["pairwise"]["f1"], abs=0.02)
    _, out, _ = desk("evaluate", "--labels", labels)
    assert "Wrongly joined pairs" in out
    assert "Threshold" in out


def test_evaluate_without_labels_and_with_judged_pairs(desk, read, tmp_path):
    _, out, _ = desk("evaluate", "--format", "csv")
    figures = {row["figure"]: row["value"] for row in csv.DictReader(io.StringIO(out))}
    assert 0.9 < float(figures["belief.expected_precision"]) <= 1
    _, out, err = desk("evaluate")
    assert "Against the run before" in out
    assert "cdp identity review" in err
    left, right = read("select record_id_l, record_id_r from identity_edges where not is_cut order by 1, 2 limit 1")[0]
    labels = tmp_path / "labels.csv"
    labels.write_text(f"{JUDGED}{left},{right},1\nno:one,{left},0\n")
    _, out, _ = desk("evaluate", "--labels", labels, "-f", "json")
    assert json.loads(out)["labels"]["pairwise"]["precision"] == 1
    weighed = read(
        "select record_id_l, record_id_r from identity_edges where edge_type = 'model' "
        "order by match_probability limit 1"
    )[0]
    labels.write_text(f"{JUDGED}{weighed[1]},{weighed[0]},yes\n")
    _, out, _ = desk("evaluate", "--labels", labels, "-f", "json")
    answers = json.loads(out)["labels"]["answers"]
    assert [row["right"] + row["missed"] for row in answers] == [1] * len(answers)
    assert (answers[0]["right"], answers[-1]["missed"]) == (1, 1)
    proposal = json.loads(out)["proposal"]
    assert (proposal["answers"], proposal["is_enough"], proposal["current"]) == (1, False, 0.9)
    assert 0.5 <= proposal["link_probability"] < 0.9, "a match that the model doubts speaks for a lower threshold"
    assert "What the model alone says" in desk("evaluate", "--labels", labels)[1]
    labels.write_text(f"{JUDGED}no:one,no:two,0\n")
    assert desk("evaluate", "--labels", labels)[0] == 2
    labels.write_text("a,b\n1,2\n")
    assert "labels need feed,source_id,person" in desk("evaluate", "--labels", labels)[2]


def test_the_report_needs_nothing_from_elsewhere(desk, tmp_path, published_sample):
    labels = published_sample / "data/sample/truth/truth_identity.csv"
    code, out, _ = desk("report", "-o", tmp_path / "identity.html", "--labels", labels)
    assert (code, out.strip()) == (0, str(tmp_path / "identity.html"))
    html = (tmp_path / "identity.html").read_text(encoding="utf-8")
    assert html.count("<svg") >= 3
    assert "same family name and address" in html
    assert not re.search(r"(src|href)=|@import|https?:", html)


def test_review_asks_the_doubtful_first_and_takes_answers_back(desk, tmp_path):
    _, out, _ = desk("review", "--format", "json", "--limit", "0")
    asked = json.loads(out)
    assert len(asked) > 10
    assert [one["worth"] for one in asked] == sorted((one["worth"] for one in asked), reverse=True)
    assert asked[0]["match_probability"] is not None
    path = tmp_path / "questions.csv"
    assert desk("review", "--export", path, "--limit", "3")[0] == 0
    with path.open() as stream:
        rows = list(csv.DictReader(stream))
    for row, answer in zip(rows, ("y", "no", "skip"), strict=True):
        row["answer"] = answer
    with path.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    code, out, _ = desk("review", "--answers", path, "--by", "anna")
    assert (code, out.strip()) == (0, "2 decisions; 0 refused, 1 left open")
    assert [str(one.kind) for one in decided(tmp_path)] == ["must_link", "never_link"]
    assert desk("review", "--answers", path)[0] == 4, "said already"
    _, out, _ = desk("review", "--format", "json", "--limit", "0")
    assert len(json.loads(out)) == len(asked) - 2
    path.write_text("record_id_l,record_id_r,answer\na,b,perhaps\n")
    assert desk("review", "--answers", path)[0] == 2


def test_review_on_a_terminal(desk, tmp_path, monkeypatch):
    typed = iter(["what", "y", "s", "n", "q"])
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda _: next(typed))
    code, out, err = desk("review", "--by", "anna")
    assert code == 0
    assert out.count(" — ") == 4
    assert "2 decisions" in err
    assert [(str(one.kind), one.actor, one.reason) for one in decided(tmp_path)] == [
        ("must_link", "anna", "review"),
        ("never_link", "anna", "review"),
    ]


def test_diff_of_the_same_settings_moves_nothing_and_of_others_says_what(desk, published_sample, tmp_path):
    settings = published_sample / "pipelines/identity/settings.yaml"
    code, out, _ = desk("diff", "--settings", settings, "--format", "json")
    same = json.loads(out)
    assert code == 0
    assert same["events"] == []
    assert not any(same["moved"].values())
    assert all(line["now"] == line["then"] for line in same["counts"].values())
    other = tmp_path / "other.yaml"
    other.write_text(settings.read_text(encoding="utf-8").replace("link_probability: 0.9", "link_probability: 0.97"))
    code, out, err = desk("diff", "--settings", other)
    assert code == 0
    assert "split" in out
    assert "nothing was published" in err
    other.write_text("version: 1\nlink_probability: 0.6\n")
    assert desk("diff", "--settings", other)[0] == 1
    assert not (tmp_path / "workspace/data/pending.json").exists()


def test_blocked_values_are_listed_and_more_are_proposed(desk, read):
    code, out, _ = desk("blocked", "--format", "json")
    assert code == 0
    answer = json.loads(out)
    assert len(answer["blocked"]) == read("select count(*) from blocked_identifiers")[0][0] > 0
    assert {"blocked_email_users, in settings.yaml"} <= {one["to_change"] for one in answer["blocked"]}
    assert desk("blocked")[1].startswith("Blocked: these join nobody")
    lines = desk("blocked", "--yaml")[1].splitlines()
    assert [line.split("  # ")[0].strip() for line in lines] == [one["yaml"] for one in answer["proposed"]]
    rows = list(csv.DictReader(io.StringIO(desk("blocked", "--format", "csv")[1])))
    assert len(rows) == len(answer["blocked"]) + len(answer["proposed"])
