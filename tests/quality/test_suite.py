"""What a contract promises, before anything is judged."""

from __future__ import annotations

from datetime import datetime

import pytest

from cdp.quality import build_suite
from cdp.quality.suite import future_checks

AS_OF = datetime(2026, 6, 1)


def promises(contract):
    return {(check.column, check.expectation, check.severity) for check in build_suite(contract)}


def test_key_and_required_columns_stop_value_sets_and_ranges_warn(contract):
    found = promises(contract())
    assert ("card_no", "expect_column_values_to_not_be_null", "stop") in found
    assert ("email", "expect_column_values_to_not_be_null", "stop") in found
    assert ("card_no", "expect_compound_columns_to_be_unique", "warn") in found
    assert ("tier", "expect_column_values_to_be_in_set", "warn") in found
    assert ("points", "expect_column_values_to_be_between", "warn") in found
    assert (None, "expect_table_row_count_to_be_between", "warn") in found


def test_a_key_with_many_rows_is_not_unique(contract):
    kinds = {kind for _, kind, _ in promises(contract(rowsPerKey="many"))}
    assert not {kind for kind in kinds if "unique" in kind}


def test_quarantine_share_warns_and_stops_unless_the_contract_says_otherwise(contract):
    def limits(contract):
        return {
            check.severity: check.kwargs["max_value"]
            for check in build_suite(contract)
            if check.kwargs.get("column") == "quarantine_share"
        }

    assert limits(contract()) == {"warn": 0.05, "stop": 0.5}
    rule = {"metric": "quarantine_share", "maximum": 0.2, "severity": "stop"}
    assert limits(contract(quality=[rule])) == {"warn": 0.05, "stop": 0.2}


def test_rules_of_the_contract_become_checks(contract):
    rules = [
        {"metric": "row_count", "minimum": 100, "severity": "stop"},
        {"metric": "null_share", "column": "tier", "maximum": 0.1},
        {"metric": "unique_share", "column": "email", "minimum": 0.9},
        {"metric": "mean", "column": "points", "minimum": 1, "maximum": 50},
        {"metric": "days_since_newest", "column": "changed_at", "maximum": 3},
    ]
    checks = {check.reason: check for check in build_suite(contract(quality=rules))}
    assert checks["row count is at least 100"].kwargs == {"min_value": 100}
    assert checks["row count is at least 100"].severity == "stop"
    assert checks["null share of tier is at most 0.1"].kwargs["min_value"] == pytest.approx(0.9)
    assert checks["mean of points is at least 1 and at most 50"].column == "points"
    assert checks["days since newest of changed_at is at most 3"].on == "delivery"
    assert "a delivery brings at least one row" not in checks


def test_local_times_may_run_ahead_of_utc(contract):
    local = {"name": "changed_at", "logicalType": "timestamp", "timeZone": "local"}
    properties = [{"name": "card_no"}, local]
    (utc,) = future_checks(contract(), AS_OF)
    (ahead,) = future_checks(contract(properties=properties), AS_OF)
    assert (ahead.kwargs["max_value"] - utc.kwargs["max_value"]).total_seconds() == 14 * 3600
