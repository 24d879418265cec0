"""Amounts with a fraction count, though the file that was drafted from had whole ones only."""

from __future__ import annotations

from decimal import Decimal

import pytest

from cdp.ingest.draft.shapes import shape_of
from cdp.ingest.draft.yamltext import globs_of
from tests.ingest.draft.conftest import try_drafts

HEADER = "order_no,ordered_at,customer_email,total,shipping"


def _tried(tmp_path, first, second):
    paths = [tmp_path / f"shop_{number}.csv" for number in (1, 2)]
    for path, rows in zip(paths, (first, second), strict=True):
        path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    return try_drafts(tmp_path / "w", {"shop": (paths[:1], {"currency": "EUR"})}, trial_files=paths)["shop"]


def _order(number, total, shipping="0"):
    return f"{number},2026-05-01 10:00,p{number}@example.com,{total},{shipping}"


def test_a_later_fraction_counts_and_what_is_no_amount_is_refused(tmp_path):
    first = [_order(number, total) for number, total in ((1001, 35), (1002, 20), (1003, 99))]
    tried = _tried(tmp_path, first, [_order(1011, "35.50", "4.90"), _order(1012, "ask")])
    gross = {row["order_id"]: row["gross_revenue"] for row in tried.rows("orders")}
    assert gross["1011"] == Decimal("30.60")
    assert "1012" not in gross
    assert tried.contract().count("logicalType: number") == 2
    assert "onFail" not in tried.contract().partition("- name: total")[2]


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["20"] * 39 + ["1499.95"], "number"),
        (["20"] * 39 + ["1,499.95"], "number"),
        (["20"] * 40, "integer"),
        (["20"] * 39 + ["A4"], "number"),
    ],
)
def test_whole_numbers_are_those_of_every_value(values, kind):
    assert shape_of(values).kind == kind


def test_a_grouped_amount_among_plain_ones_is_read_as_money():
    assert shape_of(["20"] * 39 + ["1,499.95"]).is_money


def test_a_number_at_the_end_of_a_name_changes():
    assert globs_of(["o_1.csv"]) == ["o_[0-9]*.csv"] == globs_of(["o_12.csv"])
    assert globs_of(["20260501.csv"]) == ["20260501*.csv"]
    assert globs_of(["orders-3.csv"]) == ["orders-*.csv"]
