"""The portability rules: what is not portable, and what to write instead."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from sqlglot import exp, tokenize  # noqa: TID253  only the linter imports this module, when it is called

from cdp.steps.sql_facts import (
    INSTANTS,
    INTEGERS,
    bare,
    filled,
    guarded,
    is_date,
    is_double,
    is_instant,
    may_have_fraction,
)

Test = Callable[[exp.Expr], bool]


@dataclass(frozen=True)
class Rule:
    """Refuses nodes of the parse tree for which ``is_broken`` holds."""

    nodes: tuple[type[exp.Expr], ...]
    is_broken: Test
    replacement: str


@dataclass(frozen=True)
class TextRule:
    """Refuses what the parse tree no longer shows."""

    construct: str
    is_broken: Callable[[exp.Expr, str], bool]
    replacement: str


def _always(_: exp.Expr) -> bool:
    return True


# The tests, one per construct.


def _unsafe_latest(node: exp.Expr) -> bool:
    order = bare(node.expression)
    if not isinstance(order, exp.Tuple):
        return True
    return not all(filled(part, node) for part in (node.this, *order.expressions))


def _unsafe_list(node: exp.Expr) -> bool:
    value = node.this
    if isinstance(value, exp.Order):
        return True
    if isinstance(value, exp.Distinct):
        value = value.expressions[0]
    if not filled(value, node):
        return True
    wrappers = set()
    around = node.parent
    while isinstance(around, exp.Filter | exp.Coalesce | exp.ArraySort | exp.Paren):
        wrappers.add(type(around))
        around = around.parent
    return not {exp.Coalesce, exp.ArraySort} <= wrappers


def _unsafe_replace(node: exp.Expr) -> bool:
    modifiers = node.args.get("modifiers")
    if modifiers is None or modifiers.name != "g":
        return True
    replacement = node.args.get("replacement")
    text = replacement.name if isinstance(replacement, exp.Literal) else ""
    return "\\" in text or "$" in text


def _unsafe_difference(node: exp.Expr) -> bool:
    unit = node.args.get("unit")
    in_days = unit is not None and unit.name.lower() == "day"
    return not (in_days and is_date(node.this) and is_date(node.expression))


def _date_minus_date(node: exp.Expr) -> bool:
    return all(is_date(side) or is_instant(side) for side in (node.this, node.expression))


def _date_and_interval(node: exp.Expr) -> bool:
    if not (is_date(node.this) and node.expression.find(exp.Interval)):
        return False
    around = node.parent
    while isinstance(around, exp.Paren):
        around = around.parent
    return not isinstance(around, exp.Cast)


def _unsafe_quotient(node: exp.Expr) -> bool:
    return not (is_double(node.this) or is_double(node.expression))


def _unsafe_case(node: exp.Expr) -> bool:
    """Upper case of letters such as ß: only what was reduced to ASCII first is safe."""
    inner = bare(node.this)
    if not isinstance(inner, exp.RegexpReplace):
        return True
    pattern, replacement = inner.expression.name, inner.args["replacement"].name
    return not (pattern.startswith("[^") and pattern.isascii() and "\\" not in pattern and not replacement)


def _unsafe_try_cast(node: exp.Expr) -> bool:
    guarded_types = (exp.DType.DATE, *INSTANTS, *INTEGERS)
    return bool(node.is_type(*guarded_types)) and not guarded(node, exp.RegexpLike)


def _unsafe_part(node: exp.Expr) -> bool:
    unit = node.this if isinstance(node, exp.Extract) else node.expressions[0]
    return unit.name.lower() not in {"year", "quarter", "month", "week", "day", "hour", "minute", "second"}


def _words_in_format(node: exp.Expr) -> bool:
    return re.search("[A-Za-z]", re.sub("%.", "", node.args["format"].name)) is not None


def _unsafe_element(node: exp.Expr) -> bool:
    return not guarded(node, exp.ArraySize)


_KNOWN_TO_SPARK = {"cardinality", "bit_count", "octet_length", "date_part"}


def _unknown(node: exp.Expr) -> bool:
    return node.name.lower() not in _KNOWN_TO_SPARK | _REPLACEMENTS.keys()


def _named(name: str) -> Test:
    return lambda node: node.name.lower() == name


_REPLACEMENTS = {
    "hash": "md5(concat_ws('|', …))",
    "now": "$as_of: a step never reads the clock",
    "get_current_timestamp": "$as_of: a step never reads the clock",
    "row": "(a, b)",
    "list_extract": "case when array_length(x) > 0 then x[1] end",
    "date_sub": "date_diff('day', a, b) of two dates",
    "try_strptime": "case when regexp_matches(x, …) then try_cast(x as date) end",
    "timezone": "times in UTC: zones belong to the feed's mapping",
    "to_json": "a struct",
    "prefix": "starts_with(x, y)",
}
_CLOCK = (exp.CurrentDate, exp.CurrentTimestamp, exp.CurrentTime, exp.Localtimestamp, exp.Rand, exp.Uuid)
_LATEST = "max_by(x, (t, id)) filter (where x is not null and t is not null and id is not null), or row_number()"
_LIST = "coalesce(list_sort(list(x) filter (where x is not null)), [])"
_WEEKDAY = "((date_diff('day', cast('1970-01-05' as date), d) % 7) + 7) % 7 + 1, Monday = 1"

RULES: tuple[Rule, ...] = (
    Rule((exp.ArgMax, exp.ArgMin), _unsafe_latest, _LATEST),
    Rule((exp.AnyValue, exp.First, exp.Last), _always, "min(x) or max(x), which do not depend on row order"),
    Rule((exp.Mode,), _always, "count per value and row_number() over (order by count desc, value)"),
    Rule((exp.ArrayAgg,), _unsafe_list, _LIST),
    Rule((exp.ArrayDistinct,), lambda n: not isinstance(n.parent, exp.ArraySort), "list_sort(list_distinct(x))"),
    Rule(
        (exp.GroupConcat,),
        lambda node: not isinstance(node.this, exp.Order) or node.find(exp.Distinct) is not None,
        f"string_agg(x, ',' order by x), or for distinct values nullif(array_to_string({_LIST}, ','), '')",
    ),
    Rule((exp.PercentileCont, exp.PercentileDisc, exp.Quantile), _always, "median(cast(x as double))"),
    Rule(
        (exp.Max, exp.Min),
        lambda node: isinstance(bare(node.this), exp.Struct | exp.Tuple) or bool(node.args.get("count")),
        "row_number() over (order by …) = 1: nulls inside a struct sort differently",
    ),
    Rule((exp.Sum,), lambda node: isinstance(bare(node.this), exp.Predicate), "count(*) filter (where …)"),
    Rule((exp.Avg,), lambda node: not is_double(node.this), "avg(cast(x as double))"),
    Rule((exp.Median,), lambda node: not is_double(node.this), "median(cast(x as double)): not of a decimal"),
    Rule((exp.Div,), _unsafe_quotient, "cast(x as double) / y: decimals are divided differently"),
    Rule(
        (exp.Cast,),
        lambda node: bool(node.is_type(*INTEGERS)) and may_have_fraction(node.this),
        "cast(round(x) as bigint) or cast(floor(x) as bigint): one engine rounds, the other cuts",
    ),
    Rule(
        (exp.Cast,),
        lambda node: bool(node.is_type(*exp.DataType.TEXT_TYPES)) and is_double(node.this),
        "cast(cast(x as decimal(18, 4)) as varchar): large doubles are written differently",
    ),
    Rule(
        (exp.TryCast,),
        _unsafe_try_cast,
        "case when regexp_matches(x, '^[0-9]{4}-[0-9]{2}-[0-9]{2}$') then try_cast(x as date) end",
    ),
    Rule((exp.DateDiff,), _unsafe_difference, "date_diff('day', cast(a as date), cast(b as date))"),
    Rule((exp.Sub,), _date_minus_date, "date_diff('day', cast(b as date), cast(a as date))"),
    Rule((exp.Add, exp.Sub), _date_and_interval, "cast(d + interval … as date), or d + 30"),
    Rule((exp.DateAdd, exp.DateSub), _always, "cast(d + interval … as date)"),
    Rule((exp.ToDays,), _always, "interval 1 day * n"),
    Rule((exp.Interval,), lambda n: not isinstance(n.this, exp.Literal), "interval 1 day * n"),
    Rule((exp.Extract,), _unsafe_part, _WEEKDAY),
    Rule((exp.Anonymous,), lambda n: _named("date_part")(n) and _unsafe_part(n), _WEEKDAY),
    Rule((exp.DayOfWeek, exp.DayOfWeekIso), _always, _WEEKDAY),
    Rule((exp.Week,), _always, "extract(week from d)"),
    Rule((exp.Dayname, exp.Monthname), _always, "case over the number of the day or month"),
    Rule((exp.AtTimeZone,), _always, "times in UTC: zones belong to the feed's mapping"),
    Rule(_CLOCK, _always, "$as_of: a step never reads the clock or rolls dice"),
    Rule((exp.RegexpReplace,), _unsafe_replace, "regexp_replace(x, pattern, text, 'g') without back references"),
    Rule(
        (exp.RegexpLike, exp.RegexpReplace, exp.RegexpExtract),
        lambda node: node.expression.name.startswith("(?"),
        "lower(x) instead of regular expression flags",
    ),
    Rule((exp.TimeToStr,), _words_in_format, "strftime(…) || 'T' || strftime(…): codes only in a pattern"),
    Rule((exp.RegexpFullMatch,), _always, "regexp_matches(x, '^…$')"),
    Rule((exp.SimilarTo, exp.Glob), _always, "like, or regexp_matches(x, …)"),
    Rule((exp.Collate,), _always, "lower(x)"),
    Rule((exp.Upper,), _unsafe_case, "lower(x), or upper(regexp_replace(x, '[^A-Za-z0-9]', '', 'g')): mind ß"),
    Rule((exp.JarowinklerSimilarity,), _always, "levenshtein(a, b), or leave it to Splink"),
    Rule((exp.Log,), lambda node: node.expression is None, "log10(x) or ln(x)"),
    Rule((exp.Left, exp.Right), lambda n: isinstance(bare(n.expression), exp.Neg), "substr(x, …)"),
    Rule((exp.Substring,), lambda node: node.args["start"].name == "0", "a start of 1"),
    Rule((exp.Bracket,), _unsafe_element, "case when array_length(x) > 0 then x[1] end, or substr(text, …)"),
    Rule((exp.Comprehension,), _always, "list_filter(x, lambda v: …)"),
    Rule((exp.ArrayOverlaps,), _always, "a join over unnest(x)"),
    Rule((exp.ToMap, exp.JSONObject), _always, "a struct"),
    Rule((exp.Typeof, exp.Columns), _always, "the column by its name"),
    Rule((exp.Star,), lambda node: bool(node.args.get("replace")), "the columns by name"),
    Rule((exp.SetOperation,), lambda node: bool(node.args.get("by_name")), "union all, columns in order"),
    Rule((exp.Join,), lambda n: n.args.get("method") == "ASOF", "a join, and row_number() for the nearest"),
    Rule((exp.TableSample,), _always, "a filter on md5(key)"),
    Rule((exp.Limit,), lambda n: not (n.parent and n.parent.args.get("order")), "order by … limit n"),
    Rule((exp.RowNumber,), lambda n: not (n.parent and n.parent.args.get("order")), "over (order by … unique)"),
    *(Rule((exp.Anonymous,), _named(name), text) for name, text in _REPLACEMENTS.items()),
    Rule((exp.Anonymous,), _unknown, "another way: Spark does not know this function"),
)


def _has_arrow_lambda(tree: exp.Expr, sql: str) -> bool:
    words = sum(token.text.lower() == "lambda" for token in tokenize(sql, read="duckdb"))
    return sum(1 for _ in tree.find_all(exp.Lambda)) > words


def _has_len(_: exp.Expr, sql: str) -> bool:
    tokens = tokenize(sql, read="duckdb")
    return any(a.text.lower() == "len" and b.text == "(" for a, b in pairwise(tokens))


TEXT_RULES: tuple[TextRule, ...] = (
    TextRule("x -> …", _has_arrow_lambda, "lambda x: …"),
    TextRule("len(…)", _has_len, "array_length(x) for lists, length(x) for text"),
)
