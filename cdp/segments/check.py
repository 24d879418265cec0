"""Say what is wrong with a definition before anything runs."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from cdp.contracts.published import PUBLISHED_NAMES
from cdp.errors import StepError
from cdp.segments.catalog import EVENTS, PROFILE_COLUMNS, SQL_TABLES, Kind
from cdp.segments.definition import Condition, SegmentDefinition
from cdp.steps import tables_read


def check_segment(definition: SegmentDefinition, attributes: Mapping[str, Kind] | None = None) -> list[str]:
    """Messages about columns, tables and values that do not fit; empty when all is well.

    ``attributes``: columns that the workspace adds to profiles.
    """
    if definition.sql is not None:
        return _check_sql(definition.sql)
    assert definition.rule is not None
    return list(_check_condition(definition.rule, {**PROFILE_COLUMNS, **(attributes or {})}))


def _check_condition(condition: Condition, profile: Mapping[str, Kind]) -> Iterable[str]:
    for group in (condition.all, condition.any, condition.none):
        for part in group or []:
            yield from _check_condition(part, profile)
    if condition.column is not None:
        yield from _check_column(condition, profile, "profiles")
    if condition.count is not None:
        yield from _check_count(condition, profile)


def _check_count(condition: Condition, profile: Mapping[str, Kind]) -> Iterable[str]:
    assert condition.count is not None
    events = EVENTS.get(condition.count)
    if events is None:
        yield _unknown("count", condition.count, EVENTS, "tables")
        return
    for part in condition.where or []:
        yield from _check_event(part, events.columns, condition.count)
    if condition.distinct is not None and condition.distinct not in events.columns:
        yield _unknown("distinct", condition.distinct, events.columns, f"columns of {condition.count}")
    numbers = [name for name, kind in events.columns.items() if kind == "number"]
    if condition.sum_of is not None and condition.sum_of not in numbers:
        yield _unknown("sum_of", condition.sum_of, numbers, f"numbers of {condition.count}")
    instants = [name for name, kind in profile.items() if kind == "instant"]
    if condition.since is not None and condition.since not in instants:
        yield _unknown("since", condition.since, instants, "instants of profiles")


def _check_event(condition: Condition, columns: Mapping[str, Kind], table: str) -> Iterable[str]:
    if condition.count is not None:
        yield f"where: a count cannot stand inside the count of {table}"
    for group in (condition.all, condition.any, condition.none):
        for part in group or []:
            yield from _check_event(part, columns, table)
    if condition.column is not None:
        yield from _check_column(condition, columns, table)


def _check_column(condition: Condition, columns: Mapping[str, Kind], table: str) -> Iterable[str]:
    assert condition.column is not None
    kind = columns.get(condition.column)
    if kind is None:
        yield _unknown("column", condition.column, columns, f"columns of {table}")
        return
    op = condition.op or "="
    if condition.other_column is not None:
        other = columns.get(condition.other_column)
        if other is None:
            yield _unknown("other_column", condition.other_column, columns, f"columns of {table}")
        elif other != kind:
            yield f"{condition.column} is a {kind}, {condition.other_column} is a {other}: not comparable"
        elif condition.times is not None and kind != "number":
            yield f"times: {condition.other_column} is a {other}, only numbers can be multiplied"
        return
    if op in {"is_null", "is_not_null"}:
        return
    if op in {"within_days", "older_than_days"}:
        if kind not in {"instant", "date"}:
            yield f"{op}: {condition.column} is a {kind}; it needs a date or an instant"
        return
    if (op == "contains") != (kind == "list") and kind not in {"barred", "text"}:
        advice = "use contains" if kind == "list" else "it holds one value"
        yield f"{op}: {condition.column} is a {kind}; {advice}"
        return
    values = condition.value if isinstance(condition.value, list) else [condition.value]
    yield from (f"{condition.column} is a {kind}; {value!r} is not" for value in values if not _fits(value, kind))


def _fits(value: object, kind: Kind) -> bool:
    if kind == "flag":
        return isinstance(value, bool)
    if kind == "number":
        return isinstance(value, int | float) and not isinstance(value, bool)
    if kind in {"instant", "date"}:
        return isinstance(value, date)
    return isinstance(value, str)


def _unknown(key: str, name: str, allowed: Iterable[str], what: str) -> str:
    names = sorted(allowed)
    near = difflib.get_close_matches(name, names, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    return f"{key}: {name!r} is not known{hint} ({what}: {', '.join(names)})"


def _check_sql(sql: str) -> list[str]:
    from sqlglot import exp, parse_one

    try:
        read = tables_read(sql, "sql")
    except StepError as error:
        return [error.message]
    messages = [_unknown("sql", table, SQL_TABLES, "tables") for table in sorted(read - SQL_TABLES)]
    tree: Any = parse_one(sql, dialect="duckdb")
    hidden = sorted({cte.alias.lower() for cte in tree.find_all(exp.CTE)} & PUBLISHED_NAMES)
    messages += [f"sql: a part of the select is called {name!r}, as a published table is: rename it" for name in hidden]
    if "customer_id" not in {name.lower() for name in tree.named_selects} and not tree.is_star:
        messages.append("sql: the select must give a column customer_id")
    return messages
