"""Each command prints for people and for programs, and fails in words."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pandas as pd
import pytest

from cdp.activation import Audience
from cdp.cli.options import Format
from cdp.cli.output import print_rows
from cdp.cli.segment import _tell
from cdp.serving import Rows


def rows_of(out):
    return list(csv.DictReader(io.StringIO(out)))


def test_customer_show_tells_what_support_needs(call):
    code, out, err = call("customer", "show", "07700 900 123")
    assert (code, err) == (0, "")
    for words in ("Anna Müller", "found by", "phone +447700900123", "Kettle, Mug x 2", "Handle came off", "130.50"):
        assert words in out


def test_customer_show_tells_orders_that_no_rate_converts(call):
    assert "not in it" not in call("customer", "show", "C1")[1]
    code, out, _ = call("customer", "show", "C2")
    assert code == 0
    told = " ".join(out.split())
    assert "1 order in PLN worth 40.00 without exchange rate: in no sum." in told
    assert "cdp feed add --preset exchange-rates" in told


def test_customer_show_as_json_holds_everything(call):
    _, out, _ = call("customer", "show", "C1", "--format", "json")
    document = json.loads(out)
    assert document["profile"]["net_revenue"] == 130.5
    assert document["purchases"][0]["ordered_at"] == "2026-05-20T12:00:00"
    assert document["open_tickets"][0]["ticket_id"] == "77"


def test_customer_show_as_csv_is_the_profile(call):
    _, out, _ = call("customer", "show", "C1", "-f", "csv")
    assert [row["email"] for row in rows_of(out)] == ["anna@example.com"]


def test_an_anonymous_customer_is_shown_too(call):
    code, out, _ = call("customer", "show", "dev-4")
    assert code == 0
    assert "Anonymous customer" in out
    assert "Consent" not in out


def test_an_unknown_customer_is_told_with_the_next_step(call):
    code, out, err = call("customer", "show", "nobody@example.com")
    assert (code, out) == (1, "")
    assert "no customer is known by 'nobody@example.com'" in err
    assert "cdp customer find nobody@example.com" in err


def test_customer_find_and_timeline(call):
    _, out, _ = call("customer", "find", "sample", "york", "-f", "csv")
    assert [row["customer_id"] for row in rows_of(out)] == ["C2", "C3"]
    _, out, err = call("customer", "find", "sample", "york", "--limit", "1")
    assert "1 more rows" in err
    _, out, _ = call("customer", "timeline", "C1")
    assert out.index("Ticket Opened") < out.index("S01-1")
    _, _, err = call("customer", "find", "zz")
    assert "nobody has all of these words" in err


def test_segments(call):
    assert call("segment", "count", "buyers")[:2] == (0, "1\n")
    _, out, _ = call("segment", "list", "-f", "json")
    assert [(row["segment"], row["count_members"]) for row in json.loads(out)] == [("buyers", 1), ("nobody", 0)]
    assert "Anna Müller" in call("segment", "preview", "buyers")[1]
    code, _, err = call("segment", "count", "byers")
    assert code == 1
    assert "published are: buyers, nobody" in err


@pytest.fixture
def unpublished(shop):
    """A segment that was written after the last run."""
    path = shop / "pipelines" / "segments" / "fresh_idea.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("name: fresh_idea\n", encoding="utf-8")
    yield path.stem
    path.unlink()


@pytest.mark.parametrize("arguments", [("count",), ("preview",), ("pull", "--for", "email")])
def test_a_segment_that_awaits_its_first_run_is_told_so(call, unpublished, arguments):
    command, *options = arguments
    code, out, err = call("segment", command, unpublished, *options)
    assert (code, out) == (1, "")
    assert "stands in pipelines/segments/fresh_idea.yaml" in err
    assert "cdp run --date 2026-05-31" in err


def test_segment_pull_writes_contacts_to_stdout_and_reasons_to_stderr(call, tmp_path):
    code, out, err = call("segment", "pull", "buyers", "--for", "email")
    assert code == 0
    assert out == "email,first_name,last_name,customer_id\nanna@example.com,Anna,Müller,C1\n"
    assert "1 of 1 members" in err
    code, out, err = call("segment", "pull", "buyers", "--for", "sms", "-o", tmp_path / "sms.csv")
    assert (code, out) == (0, "")
    assert "left out: 1 (opted_out" in err
    assert (tmp_path / "sms.csv").read_text() == "phone,first_name,last_name,customer_id\n"
    assert json.loads(call("segment", "pull", "buyers", "--for", "analysis", "-f", "json")[1]) == [
        {"customer_id": "C1"}
    ]


def test_query_prints_csv_json_and_tables(call):
    sql = "select customer_id, net_revenue, reachable_by, last_purchase_at from profiles order by 1 limit 1"
    assert rows_of(call("query", sql, "-f", "csv")[1]) == [
        {
            "customer_id": "C1",
            "net_revenue": "130.50",
            "reachable_by": '["email"]',
            "last_purchase_at": "2026-05-20 12:00:00",
        }
    ]
    assert json.loads(call("query", sql, "-f", "json")[1])[0]["reachable_by"] == ["email"]
    assert "2026-05-20 12:00" in call("query", sql)[1]


def test_a_table_wider_than_the_terminal_is_printed_upright(call):
    out = call("query", "select * from profiles order by customer_id limit 1")[1]
    lines = [line.split() for line in out.splitlines()]
    assert ["customer_id", "C1"] in lines
    assert ["net_revenue", "130.50"] in lines


def test_query_reads_stdin(call, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("select 1 as one"))
    assert rows_of(call("query", "-", "-f", "csv")[1]) == [{"one": "1"}]


def test_a_wrong_query_names_the_tables(call):
    code, out, err = call("query", "select * from profils")
    assert (code, out) == (1, "")
    assert "profils" in err
    assert "did you mean profiles" in err
    assert "blocked_identifiers, " in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("sql", "helps"),
    [
        ("select full_nam from profiles", "'describe TABLE'"),
        ("select * from read_csv('/etc/hosts')", "no files"),
        ("delete from profiles", "no changes"),
        ("selec 1", "'show tables'"),
    ],
)
def test_other_wrong_queries_list_no_tables(call, sql, helps):
    code, _, err = call("query", sql)
    assert code == 1
    assert helps in err
    assert "blocked_identifiers, " not in err


@pytest.mark.parametrize("text", ["", "  \n ", "/* nothing */ ;\n-- a thought"])
def test_a_query_without_a_statement_is_a_wrong_call(call, text):
    code, out, err = call("query", text)
    assert (code, out) == (2, "")
    assert "there is no query" in err


@pytest.mark.parametrize(
    "command", [("query", "from range(200) as t(n)"), ("customer", "timeline", "C1"), ("customer", "find", "sample")]
)
def test_a_limit_that_is_asked_for_holds_in_every_form(call, command):
    assert len(rows_of(call(*command, "-f", "csv", "-n", "1")[1])) == 1
    assert len(json.loads(call(*command, "-f", "json", "--limit", "1")[1])) == 1


def test_only_tables_are_cut_by_default(call):
    sql = "from range(200) as t(n)"
    assert len(rows_of(call("query", sql, "-f", "csv")[1])) == 200
    assert len(json.loads(call("query", sql, "-f", "json")[1])) == 200
    _, out, err = call("query", sql)
    assert "100 more rows" in err
    assert "150" in call("query", sql, "-n", "0")[1].split()
    assert "150" not in out.split()


@pytest.mark.parametrize("command", ["list", "show"])
def test_refused_rows_of_an_unknown_feed_are_no_empty_list(call, command):
    code, out, err = call("quarantine", command, "--feed", "nope")
    assert (code, out) == (1, "")
    assert "feeds are: pos_receipts" in err


def test_quarantine(call):
    _, out, err = call("quarantine", "list")
    assert "type:amount" in out
    assert "cdp quarantine show" in err
    _, out, _ = call("quarantine", "show", "pos/a.csv:3")
    assert out.startswith("night1/pos/a.csv:3  pos_receipts  type:amount\n    amount is not a number\n    S01;x")
    assert rows_of(call("quarantine", "show", "-f", "csv")[1])[0]["line"] == "3"
    code, _, err = call("quarantine", "show", "a.csv:4")
    assert code == 1
    assert "quarantine list" in err


def test_rows_that_will_never_be_right_are_put_away_and_brought_back(call):
    code, _, err = call("quarantine", "dismiss", "pos/a.csv:3", "--by", "ann")
    assert (code, "--because" in err) == (2, True)
    assert call("quarantine", "dismiss", "--because", "noise", "--by", "ann")[0] == 2
    code, out, _ = call("quarantine", "dismiss", "pos/a.csv:3", "--because", "a test sale", "--by", "ann")
    assert code == 0
    assert "dismissal 1: 1 refused" not in out
    assert "dismissal 1: 1 row put away" in out
    _, out, err = call("quarantine", "list")
    assert "type:amount" not in out
    assert "1 dismissed row not listed" in err
    assert call("quarantine", "show")[0] == 1
    assert call("quarantine", "retry", "--by", "ann")[0] == 1
    assert "type:amount" in call("quarantine", "list", "--dismissed")[1]
    assert "S01;x" in call("quarantine", "show", "--dismissed")[1]
    (listed,) = rows_of(call("quarantine", "dismissals", "-f", "csv")[1])
    assert (listed["file"], listed["line"], listed["because"]) == ("pos/a.csv", "3", "a test sale")
    assert (listed["dismissed_by"], listed["count_rows"], listed["undone_by"]) == ("ann", "1", "")
    assert "1 row listed again" in call("quarantine", "dismiss", "--undo", "1", "--by", "bo")[1]
    assert "type:amount" in call("quarantine", "list")[1]
    assert call("quarantine", "dismiss", "--undo", "1")[0] == 2
    assert call("quarantine", "dismiss", "--undo", "7")[0] == 1


def test_schema_lists_prints_and_writes(call, tmp_path):
    assert "pipelines/feeds/<feed>/feed.yaml" in call("schema")[1]
    schema = json.loads(call("schema", "feed")[1])
    assert schema["additionalProperties"] is False
    assert "keyPattern" in schema["properties"]
    assert call("schema", "-o", tmp_path)[0] == 0
    assert {path.name for path in tmp_path.iterdir()} >= {"contract.schema.json", "segment.schema.json"}
    code, _, err = call("schema", "feeds")
    assert code == 2
    assert "kinds are: workspace" in err


def test_sql_prints_a_step_without_a_valid_workspace(call):
    code, out, _ = call("sql", "profiles/order_totals")
    assert code == 0
    assert "select" in out


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ((), 2, "Usage: cdp"),
        (("custmer",), 2, "No such command"),
        (("segment", "pull", "buyers", "--for", "fax"), 2, "fax"),
        (("run", "--date", "yesterday"), 2, "yesterday"),
        (("runs", "show"), 1, "cdp run"),
        (("runs", "diff", "x"), 1, "cdp run"),
        (("check", "-w", "/nowhere/at/all"), 1, "cdp init DIR"),
        (("run", "--inbox", "/nowhere"), 1, "pipelines/nightly.yaml"),
    ],
)
def test_a_wrong_call_is_told_in_words(call, arguments, code, words):
    got, out, err = call(*arguments)
    assert got == code
    assert words in out + err
    assert "Traceback" not in out + err


def test_an_unexpected_failure_is_short_and_leaves_its_details_in_a_file(call, monkeypatch):
    def explode(*_):
        raise ZeroDivisionError("the cause")

    monkeypatch.setattr("cdp.serving.lookups.segments", explode)
    code, _, err = call("segment", "list")
    assert code == 1
    assert "Traceback" not in err
    first, second = err.strip().splitlines()
    assert "ZeroDivisionError" in first
    details = Path(second.split("report it with ")[1].split(";")[0])
    assert "Traceback" in details.read_text(encoding="utf-8")
    details.unlink()
    code, _, err = call("--debug", "segment", "list")
    assert code == 1
    assert "Traceback" in err


def test_version(call):
    code, out, _ = call("--version")
    assert code == 0
    assert out.startswith("cdp 0.")


def test_headers_and_numbers_of_tables_are_never_broken(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    names = ("feed", "files", "rows_accepted", "rows_quarantined")
    print_rows(Rows(names, [("long_name_of_a_feed" * 5, "folder/*_export.csv" * 9, 1_234_567, 12_345)]), Format.table)
    first, *lines = capsys.readouterr().out.strip().splitlines()
    assert first.split() == list(names)
    assert any("1234567" in line for line in lines)


def test_a_pull_for_push_counts_devices(capsys):
    members = pd.DataFrame({"device_id": ["d1", "d2", "d3"], "customer_id": ["C1", "C1", "C2"]})
    left_out = pd.DataFrame({"customer_id": [], "reason": [], "detail": []}, dtype="str")
    _tell(Audience("fans", "push", members, left_out))
    assert capsys.readouterr().err == "fans for push: 2 of 2 members, 3 devices\n"


def test_a_pull_makes_the_folder_of_its_file_and_says_so(call, tmp_path):
    out = tmp_path / "new/dir/audience.csv"
    name = json.loads(call("segment", "list", "--format", "json")[1])[0]["segment"]
    code, _, err = call("segment", "pull", name, "--for", "analysis", "-o", out)
    assert code == 0
    assert f"the folder {out.parent} is new" in err
    assert "is new" not in call("segment", "pull", name, "--for", "analysis", "-o", out)[2]
