"""Twelve ordinary nights, then one of each kind of trouble; the history goes through its tables."""

from __future__ import annotations

import random
from dataclasses import asdict
from datetime import date, datetime, timedelta

import pyarrow as pa
import pytest

from cdp.contracts import Contract
from cdp.engines import open_engine
from cdp.quality import judge
from cdp.quality.gate import DeliveredFeed, judge_all
from cdp.quality.history import (
    CHECKS,
    HEADER_COLUMNS,
    HEADERS,
    SKETCH_COLUMNS,
    SKETCHES,
    Header,
    header_rows,
    read_history,
    sketch_rows,
)
from cdp.quality.settings import QualityRule

CONTRACT = Contract.model_validate(
    {
        "kind": "contract",
        "name": "sales",
        "description": "Lines of receipts.",
        "key": ["line_no"],
        "version": "changed_at",
        "properties": [
            {"name": "line_no"},
            {"name": "store_no"},
            {"name": "state"},
            {"name": "amount", "logicalType": "number"},
            {"name": "note", "classification": "personal"},
            {"name": "changed_at", "logicalType": "timestamp"},
        ],
    }
)
FIRST = date(2026, 5, 4)
COLUMNS = [Header(item.name, "", item.name) for item in CONTRACT.properties]
TYPES = (
    "line_no varchar, store_no varchar, state varchar, amount decimal(18,4), note varchar, changed_at timestamp, "
    "_file_id varchar"
)


def night(number, count=400, **changes):
    """Rows of one night; ``changes`` replace columns by functions of the row's number."""
    chance = random.Random(number)
    end = datetime(2026, 5, 5) + timedelta(days=number)
    rows = []
    for line in range(count):
        row = {
            "line_no": f"{number}-{line}",
            "store_no": str(chance.randint(1, 9)),
            "state": chance.choices(["paid", "open", "void"], [80, 15, 5])[0],
            "amount": round(chance.lognormvariate(3, 0.6), 2),
            "note": "hello" if chance.random() < 0.4 else None,
            "changed_at": end - timedelta(hours=chance.uniform(1, 20)),
            "_file_id": f"file{number}",
        }
        rows.append(row | {name: make(line) for name, make in changes.items()})
    return rows


def ledger(rows, quarantined=0, duplicate=0):
    return {
        "rows_read": len(rows) + quarantined + duplicate,
        "rows_accepted": len(rows),
        "rows_quarantined": quarantined,
        "rows_duplicate": duplicate,
    }


class Feed:
    """A feed's nights, kept in tables as runs keep them."""

    def __init__(self, folder):
        self.folder, self.past = folder, {CHECKS: [], SKETCHES: [], HEADERS: []}

    def write(self, number, rows):
        engine = open_engine("duckdb", threads=1)
        try:
            engine.execute(f"create temp table landed ({TYPES})")
            if rows:
                engine.register("rows", pa.Table.from_pylist(rows))
                engine.execute("insert into landed by name select * from rows")
            path = self.folder / f"night{number}.parquet"
            engine.write_parquet("select * from landed", path)
            return path
        finally:
            engine.close()

    def history(self):
        engine = open_engine("duckdb", threads=1)
        try:
            checks = {
                "run_id": "varchar", "business_date": "date", "feed": "varchar", "check_kind": "varchar",
                "column_name": "varchar", "value": "double", "basis": "varchar",
            }  # fmt: skip
            for name, types in ((CHECKS, checks), (SKETCHES, SKETCH_COLUMNS), (HEADERS, HEADER_COLUMNS)):
                engine.execute(f"create temp table {name} ({', '.join(map(' '.join, types.items()))})")
                if self.past[name]:
                    engine.register("rows", pa.table({key: [row[key] for row in self.past[name]] for key in types}))
                    engine.execute(f"insert into {name} select * from rows")
            return read_history(engine).get("sales")
        finally:
            engine.close()

    def judge(self, number, rows, headers=COLUMNS, rules=(), **counts):
        return judge(
            CONTRACT, [self.write(number, rows)], ledger=ledger(rows, **counts), history=self.history(),
            as_of=datetime(2026, 5, 5) + timedelta(days=number), headers=headers, rules=rules,
        )  # fmt: skip

    def live(self, number, rows):
        result = self.judge(number, rows)
        about = {"run_id": f"2026-05-{number}-{number:04d}", "business_date": FIRST + timedelta(days=number)}
        self.past[CHECKS] += [about | asdict(row) for row in result.rows]
        self.past[SKETCHES] += sketch_rows(about["run_id"], "sales", result.sketches)
        self.past[HEADERS] += header_rows(about["run_id"], "sales", COLUMNS)
        return result


@pytest.fixture(scope="module")
def feed(tmp_path_factory):
    feed = Feed(tmp_path_factory.mktemp("sales"))
    feed.results = [feed.live(number, night(number)) for number in range(8)]
    return feed


def told(result):
    return {(row.check_kind, row.column_name) for row in result.rows if row.outcome == "broken"}


def test_young_feeds_say_that_they_are_young(feed):
    first = [row for row in feed.results[0].rows if row.basis == "history" and row.check_kind != "columns"]
    assert {row.outcome for row in first} == {"too_little_history"}
    assert all(row.message.endswith("not judged: too little history") for row in first)


def test_ordinary_nights_say_nothing(feed):
    assert [result.findings for result in feed.results] == [()] * 8
    kinds = {row.check_kind for row in feed.results[-1].rows if row.outcome == "kept" and row.basis == "history"}
    assert kinds == {
        "volume", "null_share", "type_drift", "value_drift", "quantile_drift", "freshness", "quarantine_share",
    }  # fmt: skip


TROUBLES = {
    "half of the night is missing": ({"count": 60}, {("volume", None)}),
    "a column became empty": ({"state": lambda _: None}, {("null_share", "state")}),
    "a filled column got holes": (
        {"store_no": lambda line: None if line % 4 == 0 else str(1 + line % 9)}, {("null_share", "store_no")},
    ),
    "numbers became text": (
        {"store_no": lambda line: f"Store {1 + line % 9}"}, {("type_drift", "store_no"), ("value_drift", "store_no")},
    ),
    "other values": ({"state": lambda line: ["paid", "refunded"][line % 2]}, {("value_drift", "state")}),
    "cents instead of euros": ({"amount": lambda line: 2000.0 + 10 * (line % 300)}, {("quantile_drift", "amount")}),
    "an export of last week": (
        {"changed_at": lambda line: datetime(2026, 5, 3) + timedelta(minutes=line)},
        {("freshness", None), ("quantile_drift", "changed_at")},
    ),
}  # fmt: skip


@pytest.mark.parametrize("trouble", TROUBLES)
def test_each_trouble_is_told_and_nothing_else(feed, trouble):
    changes, expected = TROUBLES[trouble]
    result = feed.judge(8, night(8, **changes))
    assert told(result) == expected
    assert result.passed
    assert result.has_warnings


def test_what_is_quarantined_beyond_the_usual_is_told(feed):
    rows = night(8)
    assert told(feed.judge(8, rows, quarantined=14)) == {("quarantine_share", None)}
    assert told(feed.judge(8, rows, quarantined=4)) == set()


def test_a_delivery_of_known_rows_alone_is_no_small_night(feed):
    assert told(feed.judge(8, [], duplicate=400)) == set()


def test_few_rows_are_not_judged_by_shares(feed):
    rows = night(8, count=10, state=lambda _: None)
    result = feed.judge(8, rows)
    assert told(result) == {("volume", None)}
    assert "few_rows" in {row.outcome for row in result.rows}


def test_the_gate_heeds_nightly_yaml(feed):
    rows = night(8, state=lambda _: None)
    assert feed.judge(8, rows, rules=[QualityRule(check="null_share", severity="off")]).findings == ()
    stopped = feed.judge(8, rows, rules=[QualityRule(feed="sales", check="null_share", severity="stop")])
    assert not stopped.passed
    assert stopped.findings[0].message == (
        "state is empty in every row; 0.0% to 5.0% expected, by the last 8 deliveries"
    )
    fine = feed.judge(8, rows, rules=[QualityRule(check="null_share", column="state", maximum=1)])
    assert fine.findings == ()
    strict = feed.judge(8, night(8), rules=[QualityRule(check="volume", minimum=1000, maximum=2000)])
    assert strict.findings[0].message == "400 rows accepted; 1,000 to 2,000 expected, by pipelines/nightly.yaml"


def test_a_silent_feed_is_missed(feed):
    history = feed.history()
    quiet = DeliveredFeed("sales", CONTRACT, (), {}, history, is_silent=True)

    def after(days):
        day = max(history.delivered) + timedelta(days=days)
        return judge_all([quiet], as_of=datetime(2026, 6, 1), day=day)[0]

    assert after(3).findings == ()
    assert [finding.message for finding in after(4).findings] == [
        "nothing was delivered for 4 days; at most 3 expected, by the last 8 deliveries"
    ]


def test_columns_that_come_and_go_are_told(feed):
    rows = night(8)
    columns = [item for item in COLUMNS if item.name != "note"] + [Header("TIER", "", None, True)]
    result = feed.judge(8, rows, headers=columns)
    assert [finding.message for finding in result.findings] == [
        (
            "column TIER is new: its values are kept aside in _extra; list it in schemas/exports/sales.yaml to check "
            "and type it"
        ),
        "column note, delivered before, is missing",
    ]
    off = feed.judge(8, rows, headers=columns, rules=[QualityRule(check="columns", severity="off")])
    assert off.findings == ()
