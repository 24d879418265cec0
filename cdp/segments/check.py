"""Say what is wrong with a definition before anything runs."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from cdp.contracts.published import PUBLISHED_NAMES
from cdp.errors import StepError
from cdp.segments.catalog import EVENTS, KNOWN_VALUES, PROFILE_COLUMNS, SQL_TABLES, Kind
from cdp.segments.definition import Condition, SegmentDefinition
from cdp.steps import tables_read

_LISTED = ("=", "!=", "in", "not_in")
Place = tuple[str | int, ...]
"""Keys that lead to a part of a definition."""


def check_segment(definition: SegmentDefinition, attributes: Mapping[str, Kind] | None = None) -> list[str]:
    """Messages about columns, tables and values that do not fit; empty when all is well.

    ``attributes``: columns that the workspace adds to profiles.
    """
    return [message for _, message in faults_of_segment(definition, attributes)]


def faults_of_segment(
    definition: SegmentDefinition, attributes: Mapping[str, Kind] | None = None
) -> list[tuple[Place, str]]:
    """The same, each with the keys that lead to what is meant: ``("rule", "all", 1, "value")``."""
    if definition.sql is not None:
        return [(("sql",), message) for message in _check_sql(definition.sql)]
    assert definition.rule is not None
    return list(_check_condition(definition.rule, ("rule",), {**PROFILE_COLUMNS, **(attributes or {})}))


def _parts(condition: Condition, place: Place) -> Iterable[tuple[Condition, Place]]:
    for name in ("all", "any", "none"):
        for number, part in enumerate(getattr(condition, name) or []):
            yield part, (*place, name, number)


def _check_condition(condition: Condition, place: Place, profile: Mapping[str, Kind]) -> Iterable[tuple[Place, str]]:
    for part, where in _parts(condition, place):
        yield from _check_condition(part, where, profile)
    if condition.column is not None:
        yield from _check_column(condition, place, profile, "profiles")
    if condition.count is not None:
        yield from _check_count(condition, place, profile)


def _check_count(condition: Condition, place: Place, profile: Mapping[str, Kind]) -> Iterable[tuple[Place, str]]:
    assert condition.count is not None
    events = EVENTS.get(condition.count)
    if events is None:
        yield (*place, "count"), _unknown("count", condition.count, EVENTS, "tables")
        return
    for number, part in enumerate(condition.where or []):
        yield from _check_event(part, (*place, "where", number), events.columns, condition.count)
    if condition.distinct is not None and condition.distinct not in events.columns:
        message = _unknown("distinct", condition.distinct, events.columns, f"columns of {condition.count}")
        yield (*place, "distinct"), message
    numbers = [name for name, kind in events.columns.items() if kind == "number"]
    if condition.sum_of is not None and condition.sum_of not in numbers:
        yield (*place, "sum_of"), _unknown("sum_of", condition.sum_of, numbers, f"numbers of {condition.count}")
    instants = [name for name, kind in profile.items() if kind == "instant"]
    if condition.since is not None and condition.since not in instants:
        yield (*place, "since"), _unknown("since", condition.since, instants, "instants of profiles")
    yield from _check_between(condition, place)


def _check_event(
    condition: Condition, place: Place, columns: Mapping[str, Kind], table: str
) -> Iterable[tuple[Place, str]]:
    if condition.count is not None:
        yield place, f"where: a count cannot stand inside the count of {table}"
    for part, where in _parts(condition, place):
        yield from _check_event(part, where, columns, table)
    if condition.column is not None:
        yield from _check_column(condition, place, columns, table)


def _check_column(
    condition: Condition, place: Place, columns: Mapping[str, Kind], table: str
) -> Iterable[tuple[Place, str]]:
    assert condition.column is not None
    kind = columns.get(condition.column)
    if kind is None:
        yield (*place, "column"), _unknown("column", condition.column, columns, f"columns of {table}")
        return
    op = condition.op or "="
    if condition.other_column is not None:
        yield from _check_other(condition, place, columns, table)
        return
    if op in {"is_null", "is_not_null"}:
        return
    if op in {"within_days", "older_than_days"}:
        if kind not in {"instant", "date"}:
            yield (*place, "op"), f"{op}: {condition.column} is a {kind}; it needs a date or an instant"
        return
    if (op == "contains") != (kind == "list") and kind not in {"barred", "text"}:
        advice = "use contains" if kind == "list" else "it holds one value"
        yield (*place, "op"), f"{op}: {condition.column} is a {kind}; {advice}"
        return
    values = condition.value if isinstance(condition.value, list) else [condition.value]
    for value in values:
        if not _fits(value, kind):
            yield (*place, "value"), f"{condition.column} is a {kind}; {_shown(value, kind)} is not"
        elif (
            (op in _LISTED or op == "contains")
            and table == "profiles"
            and condition.column in KNOWN_VALUES
            and value not in KNOWN_VALUES[condition.column]
        ):
            known = ", ".join(KNOWN_VALUES[condition.column])
            yield (*place, "value"), f"{condition.column} is never {value!r}; it is one of {known} or null"
    yield from _check_between(condition, place)


def _check_other(
    condition: Condition, place: Place, columns: Mapping[str, Kind], table: str
) -> Iterable[tuple[Place, str]]:
    assert condition.column is not None
    assert condition.other_column is not None
    kind, other = columns[condition.column], columns.get(condition.other_column)
    here = (*place, "other_column")
    if other is None:
        yield here, _unknown("other_column", condition.other_column, columns, f"columns of {table}")
    elif other != kind:
        yield here, f"{condition.column} is a {kind}, {condition.other_column} is a {other}: not comparable"
    elif condition.times is not None and kind != "number":
        yield (*place, "times"), f"times: {condition.other_column} is a {other}, only numbers can be multiplied"


def _check_between(condition: Condition, place: Place) -> Iterable[tuple[Place, str]]:
    if condition.op == "between" and isinstance(condition.value, list):
        low, high = (_comparable(value) for value in condition.value)
        if type(low) is type(high) and low > high:
            first, last = condition.value
            yield (*place, "value"), f"between: {first} is more than {last}, so nothing lies between; turn them round"


def _comparable(value: object) -> Any:
    """Numbers as one kind, days and instants as one kind without a zone."""
    if isinstance(value, date):
        instant = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day, tzinfo=UTC)
        return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
    return float(value) if isinstance(value, int | float) else value


def _shown(value: object, kind: Kind) -> str:
    """The value as a message shows it; YAML reads 01067 as a number, and not as that one."""
    if kind in {"text", "barred", "list"} and isinstance(value, int | float) and not isinstance(value, bool):
        return f"{value!r} (a number; write text in quotes, as in '01067')"
    return repr(value)


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
