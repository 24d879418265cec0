"""The contract as one SQL pass: a few rows that can be checked by eye."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pandas as pd
import pytest

from cdp.contracts import Contract
from cdp.engines import open_engine
from cdp.ingest.checks import contract_sql

AS_OF = datetime(2026, 6, 1)


def judge(properties, rows, rules=()):
    contract = Contract.model_validate(
        {
            "kind": "contract",
            "name": "till",
            "description": "Till rows.",
            "key": [properties[0]["name"]],
            "properties": properties,
            "rowRules": list(rules),
        }
    )
    engine = open_engine()
    names = [item["name"] for item in properties]
    frame = pd.DataFrame([(number, *row) for number, row in enumerate(rows)], columns=["_row", *names], dtype=object)
    frame["_row"] = frame["_row"].astype("int64")
    engine.register("staged", frame.astype(dict.fromkeys(names, "str")))
    found = engine.rows(f"select * exclude (_row) from ({contract_sql(contract)}) order by _row", {"as_of": AS_OF})
    engine.close()
    return found


def test_missing_required_value_refuses_the_row():
    assert judge([{"name": "a", "required": True}], [("x",), (" ",)]) == [("x", [], []), (None, ["required:a"], [])]


@pytest.mark.parametrize(
    ("delivered", "value"),
    [
        ("1.234,50", Decimal("1234.5")),
        ("-3,5", Decimal("-3.5")),
        ("12", Decimal(12)),
        ("1,5,0", None),
        ("abc", None),
        ("1.2345", None),
        ("10.0000", None),
        ("0.125", None),
        ("1.23.456", None),
        ("1.234.567,8", Decimal("1234567.8")),
    ],
)
def test_decimal_commas(delivered, value):
    [(got, reasons, _)] = judge([{"name": "a", "logicalType": "number", "decimalSeparator": ","}], [(delivered,)])
    assert got == value
    assert reasons == ([] if value is not None else ["type:a"])


def test_integers_are_never_rounded():
    rows = judge([{"name": "a", "logicalType": "integer"}], [("3",), ("3.0",), ("3.7",)])
    assert rows == [(3, [], []), (3, [], []), (None, ["type:a"], [])]


def test_impossible_dates_can_be_dropped_and_the_row_kept():
    column = {"name": "a", "logicalType": "date", "logicalTypeOptions": {"format": "%d/%m/%Y"}, "onFail": "null"}
    assert judge([column], [("31/02/2025",), ("28/02/2025",)]) == [(None, [], ["type:a"]), (date(2025, 2, 28), [], [])]


def test_the_date_pattern_may_depend_on_another_column():
    column = {
        "name": "born",
        "logicalType": "date",
        "logicalTypeOptions": {"formatColumn": "country", "formatBy": {"GB": ["%d/%m/%Y"], "US": ["%m/%d/%Y"]}},
    }
    rows = judge([column, {"name": "country"}], [("02/03/1990", "GB"), ("02/03/1990", "US"), ("02/03/1990", "FR")])
    assert [row[0] for row in rows] == [date(1990, 3, 2), date(1990, 2, 3), None]
    assert rows[2][2] == ["type:born"]


@pytest.mark.parametrize(
    ("zone", "delivered", "instant"),
    [
        ("Europe/Berlin", "2025-10-26 01:30:00", datetime(2025, 10, 25, 23, 30)),
        ("Europe/Berlin", "2025-12-24 12:00:00", datetime(2025, 12, 24, 11)),
        ("America/New_York", "2026-03-08 03:30:00", datetime(2026, 3, 8, 7, 30)),
        (None, "2025-12-24T12:00:00+02:00", datetime(2025, 12, 24, 10)),
        (None, "2025-12-24 12:00:00 +0200", datetime(2025, 12, 24, 10)),
        (None, "2025-12-24 12:00:00+00", datetime(2025, 12, 24, 12)),
        (None, "2025-12-24 12:00:00.25-05", datetime(2025, 12, 24, 17, 0, 0, 250000)),
        (None, "2025-12-24", datetime(2025, 12, 24)),
        (None, "2025-12-24 12:00:00 UTC", datetime(2025, 12, 24, 12)),
        (None, "2025-12-24T12:00:00.250Z", datetime(2025, 12, 24, 12, 0, 0, 250000)),
    ],
)
def test_instants_become_utc(zone, delivered, instant):
    [(got, *_)] = judge([{"name": "a", "logicalType": "timestamp", "timeZone": zone}], [(delivered,)])
    assert got == instant


def test_epoch_milliseconds():
    column = {"name": "a", "logicalType": "timestamp", "logicalTypeOptions": {"epoch": "milliseconds"}}
    assert judge([column], [("1717312546569",), ("soon",)]) == [
        (datetime(2024, 6, 2, 7, 15, 46, 569000), [], []),
        (None, ["type:a"], []),
    ]


def test_the_future_is_told_or_refused():
    soft = {"name": "a", "logicalType": "timestamp"}
    hard = {**soft, "onFail": {"future": "reject"}}
    rows = [("2026-05-31 23:59:59",), ("2026-06-01 00:20:00",), ("2026-06-02 00:00:00",)]
    told, refused = ([], ["future:a"]), (["future:a"], [])
    assert [row[1:] for row in judge([soft], rows)] == [([], []), told, told]
    assert [row[1:] for row in judge([hard], rows)] == [([], []), told, refused], "just after midnight is kept"


def test_patterns_values_and_ranges():
    columns = [
        {"name": "a", "logicalTypeOptions": {"pattern": r"S\d{3}"}},
        {"name": "b", "logicalTypeOptions": {"values": ["SALE", "RETURN"]}, "onFail": "warn"},
        {"name": "c", "logicalType": "integer", "logicalTypeOptions": {"minimum": 0, "maximum": 10}},
    ]
    rows = judge(columns, [("S001", "sale", "10"), ("S1", "gift", "11"), (None, None, None)])
    assert [row[3:] for row in rows] == [([], []), (["pattern:a", "range:c"], ["values:b"]), ([], [])]


def test_prefixes_and_null_spellings_go():
    column = {"name": "a", "trimPrefixes": ["'", "l:", "(+"], "nullValues": ["n/a"]}
    rows = judge([column], [("'NG1",), ("l:77",), ("(+49",), ("n/a",), ("  ",)])
    assert [row[0] for row in rows] == ["NG1", "77", "49", None, None]


def test_row_rules_refuse_or_clear():
    columns = [{"name": "kind"}, {"name": "qty", "logicalType": "number"}]
    refuse = {"name": "sale_positive", "must": "kind <> 'SALE' or qty > 0"}
    clear = {"name": "qty_small", "must": "qty < 100", "onFail": "null", "column": "qty"}
    rows = judge(columns, [("SALE", "-1"), ("RETURN", "-1"), ("SALE", "500"), (None, "1")], [refuse, clear])
    assert [row[1:] for row in rows] == [
        (Decimal(-1), ["rule:sale_positive"], []),
        (Decimal(-1), [], []),
        (None, [], ["rule:qty_small"]),
        (Decimal(1), [], []),
    ]


@pytest.mark.parametrize(
    ("delivered", "value"),
    [
        ("Tue, 24 Feb 2026 08:00:00 +0200", datetime(2026, 2, 24, 6)),
        ("Tue, 24 Feb 2026 08:00:00 GMT", datetime(2026, 2, 24, 8)),
        ("2026-02-24T08:00:00Z", datetime(2026, 2, 24, 8)),
        ("Tue, 31 Feb 2026 08:00:00 +0200", None),
        ("2026-02-30T08:00:00-05:00", None),
    ],
)
def test_formats_with_an_offset_know_the_calendar(delivered, value):
    formats = ["%a, %d %b %Y %H:%M:%S %z", "%Y-%m-%dT%H:%M:%S%z"]
    item = {"name": "a", "logicalType": "timestamp", "logicalTypeOptions": {"format": formats}}
    [(got, reasons, _)] = judge([item], [(delivered,)])
    assert (got, reasons) == (value, [] if value else ["type:a"])


def test_columns_are_joined_while_the_first_is_there():
    day, time = {"name": "day"}, {"name": "time"}
    moment = {"name": "moment", "joins": ["day", "time"], "logicalType": "timestamp",
              "logicalTypeOptions": {"format": ["%Y%m%d %H%M%S", "%Y%m%d"]}}  # fmt: skip
    rows = [("20260531", "081500", ""), ("20260531", "", ""), ("", "081500", ""), ("20260231", "081500", "")]
    got = [(row[2], row[3]) for row in judge([day, time, moment], rows)]
    assert got == [
        (datetime(2026, 5, 31, 8, 15), []), (datetime(2026, 5, 31), []), (None, []), (None, ["type:moment"]),
    ]  # fmt: skip


def test_a_value_that_two_keys_have_is_refused_at_the_second():
    items = [{"name": "k"}, {"name": "mail", "unique": True}]
    rows = [("1", "a@example.com"), ("1", "a@example.com"), ("2", "b@example.com"), ("3", "a@example.com"), ("4", "")]
    assert [row[2] for row in judge(items, rows)] == [[], [], [], ["unique:mail"], []]


def test_uniqueness_may_only_be_told():
    items = [{"name": "k"}, {"name": "mail", "unique": True, "onFail": {"unique": "warn"}}]
    assert [row[2:] for row in judge(items, [("1", "a"), ("2", "a")])] == [([], []), ([], ["unique:mail"])]


@pytest.mark.parametrize(
    ("delivered", "reasons"),
    [
        ("12.50", []), ("€12.50", []), ("EUR 12.50", []), ("12.50 €", []), ("$12.50", ["currency:a"]),
        ("12.50 USD", ["currency:a"]), ("EUR 12.50 $", ["currency:a"]), ("", []),
    ],
)  # fmt: skip
def test_another_currency_is_refused(delivered, reasons):
    item = {"name": "a", "logicalType": "number", "currency": "EUR", "logicalTypeOptions": {"moneyText": True}}
    assert judge([item], [(delivered,)])[0][1] == reasons


def test_days_have_limits():
    options = {"earliest": "1900-01-01", "latest": "2026-05-31"}
    born = {"name": "born", "logicalType": "date", "logicalTypeOptions": options, "onFail": {"range": "null"}}
    seen = {"name": "seen", "logicalType": "timestamp", "logicalTypeOptions": options}
    rows = [("1899-12-31", "2026-05-31 23:59:59"), ("1900-01-01", "2026-06-01 00:00:00")]
    assert judge([born, seen], rows) == [
        (None, datetime(2026, 5, 31, 23, 59, 59), [], ["range:born"]),
        (date(1900, 1, 1), datetime(2026, 6, 1), ["range:seen"], ["future:seen"]),
    ]


def test_numbers_keep_the_digits_that_the_contract_wants():
    item = {"name": "a", "logicalType": "number", "logicalTypeOptions": {"scale": 8}}
    assert judge([item], [("0.12345678",)])[0][0] == Decimal("0.12345678")


def test_the_zone_of_a_contract_holds_for_columns_without_one():
    options = {"format": "%Y-%m-%d %H:%M"}
    contract = Contract.model_validate({
        "kind": "contract", "name": "c", "description": "d", "key": ["a"], "timeZone": "Etc/GMT+6",
        "properties": [
            {"name": "a", "logicalType": "timestamp", "logicalTypeOptions": options},
            {"name": "b", "logicalType": "timestamp", "logicalTypeOptions": options, "timeZone": "UTC"},
            {"name": "c"},
        ],
    })  # fmt: skip
    assert [item.time_zone for item in contract.properties] == ["Etc/GMT+6", "UTC", None]
