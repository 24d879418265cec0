"""Deliveries, clean and broken, judged by the real Great Expectations."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date, datetime

import pytest

from cdp.engines import open_engine
from cdp.quality import DeliveredFeed, judge, judge_all, write_report
from cdp.quality.bounds import Past
from cdp.quality.history import FeedHistory, Header

AS_OF = datetime(2026, 6, 1)
COLUMNS = {
    "card_no": "varchar",
    "email": "varchar",
    "tier": "varchar",
    "points": "decimal(18,4)",
    "changed_at": "timestamp",
}
SECRET = "unmistakable.person@example.com"


@pytest.fixture
def landed(tmp_path):
    """Write rows (card_no, email, tier, points, changed_at) as a landed parquet file."""

    def write(rows, name="landed", columns=COLUMNS):
        engine = open_engine("duckdb", threads=1)
        try:
            defined = ", ".join(f"{column} {kind}" for column, kind in columns.items())
            engine.execute(f"create temp table landed ({defined})")
            for row in rows:
                slots = ", ".join(f"$p{n}" for n in range(len(row)))
                engine.execute(f"insert into landed values ({slots})", {f"p{n}": v for n, v in enumerate(row)})
            path = tmp_path / f"{name}.parquet"
            engine.write_parquet("select *, 'f1' as _file_id from landed", path)
            return path
        finally:
            engine.close()

    return write


def member(number, **changes):
    row = {
        "card_no": f"M{number}",
        "email": f"person{number}@example.com",
        "tier": "gold",
        "points": 10 * number,
        "changed_at": datetime(2026, 5, 31, 9, 0, number),
    }
    return list((row | changes).values())


def ledger(read, quarantined=0, duplicate=0, superseded=0):
    return {
        "rows_read": read,
        "rows_accepted": read - quarantined - duplicate - superseded,
        "rows_quarantined": quarantined,
        "rows_duplicate": duplicate,
        "rows_superseded": superseded,
    }


def told(result):
    return {(finding.severity, finding.expectation, finding.column) for finding in result.findings}


def rows(count, **changes):
    return [member(number, **changes) for number in range(1, count + 1)]


def test_a_clean_delivery_passes_without_findings(contract, landed):
    result = judge(contract(), [landed(rows(20))], ledger=ledger(20), as_of=AS_OF)
    assert result.feed == "members"
    assert result.passed
    assert result.findings == ()
    assert not result.has_warnings
    assert result.result_json["measures"]["days_since_newest__changed_at"] == pytest.approx(0.625, abs=0.01)
    assert all(check["success"] for check in result.result_json["checks"])


def test_a_missing_required_value_stops(contract, landed):
    path = landed([*rows(9), member(10, email=None)])
    result = judge(contract(), [path], ledger=ledger(10), as_of=AS_OF)
    assert not result.passed
    (finding,) = result.findings
    assert (finding.severity, finding.column, finding.observed) == ("stop", "email", 1)
    assert finding.message == "email always has a value: 1 of 10 rows break this"


def test_a_repeated_key_a_strange_value_and_a_wide_range_warn(contract, landed):
    path = landed([*rows(9), member(9), member(11, tier="Bronze"), member(12, points=-1)])
    result = judge(contract(), [path], ledger=ledger(12), as_of=AS_OF)
    assert result.passed
    assert result.has_warnings
    assert told(result) == {
        ("warn", "expect_compound_columns_to_be_unique", "card_no"),
        ("warn", "expect_column_values_to_be_in_set", "tier"),
        ("warn", "expect_column_values_to_be_between", "points"),
    }


def test_a_newer_version_of_a_key_is_no_repetition(contract, landed):
    path = landed([*rows(3), member(3, changed_at=datetime(2026, 5, 31, 12))])
    assert judge(contract(), [path], ledger=ledger(4), as_of=AS_OF).findings == ()


def test_values_are_compared_without_case(contract, landed):
    path = landed([member(1, tier="GOLD"), member(2, tier="silver"), member(3, tier=None)])
    assert judge(contract(), [path], ledger=ledger(3), as_of=AS_OF).findings == ()


def test_a_change_in_the_future_warns(contract, landed):
    path = landed([*rows(5), member(6, changed_at=datetime(2026, 6, 1))])
    result = judge(contract(), [path], ledger=ledger(6), as_of=AS_OF)
    (finding,) = result.findings
    assert finding.severity == "warn"
    assert finding.message == "changed_at is not in the future: 1 of 6 rows break this"


def test_an_old_delivery_warns_only_where_the_contract_says_so(contract, landed):
    path = landed([member(1, changed_at=datetime(2026, 5, 1))])
    assert judge(contract(), [path], ledger=ledger(1), as_of=AS_OF).findings == ()
    rule = {"metric": "days_since_newest", "column": "changed_at", "maximum": 7}
    (finding,) = judge(contract(quality=[rule]), [path], ledger=ledger(1), as_of=AS_OF).findings
    assert finding.message == "days since newest of changed_at is at most 7: it is 31"


@pytest.mark.parametrize(
    ("read", "quarantined", "expected"),
    [(100, 4, []), (100, 6, ["warn"]), (100, 60, ["warn", "stop"]), (3, 2, ["warn", "warn"])],
)
def test_the_share_of_quarantined_rows_warns_then_stops(contract, landed, read, quarantined, expected):
    path = landed(rows(10))
    result = judge(contract(), [path], ledger=ledger(read, quarantined), as_of=AS_OF)
    assert [finding.severity for finding in result.findings] == expected
    assert result.passed is ("stop" not in expected)


def test_a_delivery_without_rows_warns_but_a_repetition_does_not(contract):
    nothing = judge(contract(), [], ledger=ledger(0), as_of=AS_OF)
    (finding,) = nothing.findings
    assert finding.message == "a delivery brings at least one row: it is 0"
    assert judge(contract(), [], ledger=ledger(7, duplicate=7), as_of=AS_OF).findings == ()


def test_an_unusual_volume_warns(contract, landed):
    path = landed(rows(5))
    past = FeedHistory({("volume", None): [Past(date(2026, 5, 20 + n), 1000 + n) for n in range(5)]})
    result = judge(contract(), [path], ledger=ledger(5), as_of=AS_OF, history=past)
    (finding,) = result.findings
    assert finding.severity == "warn"
    assert finding.message == "5 rows accepted; 333 to 3,009 expected, by the last 5 deliveries"
    young = FeedHistory({("volume", None): past.past("volume")[:4]})
    assert judge(contract(), [path], ledger=ledger(5), as_of=AS_OF, history=young).findings == ()


def test_a_column_that_was_always_there_and_is_not(contract, landed):
    now = [Header(name, "", name) for name in COLUMNS if name != "tier"]
    before = FeedHistory(headers=[*now, Header("tier", "", "tier")], steady=frozenset(COLUMNS))
    path = landed(rows(3))
    result = judge(contract(), [path], ledger=ledger(3), as_of=AS_OF, history=before, headers=now)
    (finding,) = result.findings
    assert (finding.severity, finding.message) == ("warn", "column tier, delivered before, is missing")


def test_rules_of_the_contract_are_judged(contract, landed):
    rules = [
        {"metric": "null_share", "column": "tier", "maximum": 0.1, "severity": "stop"},
        {"metric": "unique_share", "column": "email", "minimum": 0.9},
        {"metric": "mean", "column": "points", "maximum": 5},
        {"metric": "row_count", "minimum": 100},
    ]
    path = landed([*rows(2), *[member(n, tier=None, email="same@example.com") for n in range(3, 6)]])
    result = judge(contract(quality=rules), [path], ledger=ledger(5), as_of=AS_OF)
    assert [finding.message for finding in result.findings] == [
        "null share of tier is at most 0.1: it is 60.0%",
        "unique share of email is at least 0.9: it is 60.0%",
        "mean of points is at most 5: it is 30",
        "row count is at least 100: it is 5",
    ]
    assert not result.passed


def test_a_check_that_cannot_run_stops_and_quotes_nothing(contract, landed):
    columns = COLUMNS | {"points": "varchar"}
    result = judge(contract(), [landed([member(1, points=SECRET)], columns=columns)], ledger=ledger(1), as_of=AS_OF)
    assert not result.passed
    assert any("could not be judged" in finding.message for finding in result.findings)
    assert SECRET not in json.dumps(result.result_json)
    assert SECRET not in " ".join(finding.message for finding in result.findings)


def test_several_feeds_in_one_go_and_a_report_without_raw_values(contract, landed, tmp_path):
    clean = DeliveredFeed("members", contract(), [landed(rows(20), "clean")], ledger(20))
    broken_rows = [*rows(18), member(19, email=None, tier=SECRET), member(20, card_no=SECRET, points=-5)]
    half = [landed(broken_rows[:10], "one"), landed(broken_rows[10:], "two")]
    broken = DeliveredFeed("members_<de>", contract(), half, ledger(40, quarantined=20))
    first, second = judge_all([clean, broken], as_of=AS_OF)
    assert (first.feed, first.passed) == ("members", True)
    assert (second.feed, second.passed) == ("members_<de>", False)

    page = write_report([first, second], tmp_path / "quality")
    assert page == tmp_path / "quality" / "quality.html"
    assert sorted(path.name for path in page.parent.iterdir()) == [
        "members.json",
        "members_<de>.json",
        "quality.html",
    ]
    written = "".join(path.read_text(encoding="utf-8") for path in page.parent.iterdir())
    assert "example.com" not in written
    assert json.loads((page.parent / "members.json").read_text()) == first.result_json
    html = page.read_text(encoding="utf-8")
    assert "members_&lt;de&gt;" in html
    assert "members_<de>" not in html
    assert "http" not in html
    assert "<script" not in html
    assert "2 feeds judged: 1 without findings, 0 with warnings, 1 stopped" in html


def test_results_do_not_depend_on_the_clock_or_the_run(contract, landed):
    path = landed([*rows(5), member(6, tier="Bronze")])
    first, second = (judge(contract(), [path], ledger=ledger(6), as_of=AS_OF) for _ in range(2))
    assert first == second


def test_nothing_to_judge_needs_no_expectations():
    assert judge_all([], as_of=AS_OF) == []


def test_a_process_ends_without_a_word_on_stderr(contract, landed, tmp_path):
    path = landed(rows(3))
    script = """
import sys
from datetime import date, datetime
from pathlib import Path
from cdp.contracts import Contract
from cdp.quality import judge
contract = Contract.model_validate_json(Path(sys.argv[1]).read_text())
result = judge(contract, [Path(sys.argv[2])], ledger={"rows_read": 3, "rows_accepted": 3}, as_of=datetime(2026, 6, 1))
print(result.passed)
"""
    saved = tmp_path / "contract.json"
    saved.write_text(contract().model_dump_json(by_alias=True))
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", script, str(saved), str(path)], capture_output=True, text=True
    )
    assert (run.stdout, run.stderr) == ("True\n", "")


def test_rows_that_a_person_put_away_are_in_no_share_of_refused_rows(contract, landed):
    path = landed(rows(20))
    assert not judge(contract(), [path], ledger=ledger(50, quarantined=30), as_of=AS_OF).passed
    put_away = ledger(50, quarantined=30) | {"rows_dismissed": 30}
    result = judge(contract(), [path], ledger=put_away, as_of=AS_OF)
    assert (result.passed, result.findings) == (True, ())
    assert result.result_json["measures"]["quarantine_share"] == 0
    most = judge(contract(), [path], ledger=put_away | {"rows_dismissed": 26}, as_of=AS_OF)
    assert [finding.observed for finding in most.findings] == [pytest.approx(4 / 24, abs=0.001)]
