"""Every portability rule refuses what it should and accepts what it recommends."""

from __future__ import annotations

import pytest
import sqlglot
from sqlglot import exp

from cdp.errors import StepError
from cdp.steps import lint, load_step
from cdp.steps.loader import STEPS_ROOT
from cdp.steps.portability import RULES, TEXT_RULES

FILLED = "filter (where x is not null)"

EXAMPLES = [
    ("max_by(x, t)", "max_by(x, (t, id)) filter (where x is not null and t is not null and id is not null)"),
    ("max_by(x, t) filter (where x is not null)", "max_by(coalesce(x, ''), (coalesce(t, 0), 1))"),
    ("arg_min(x, (t, id))", "min_by(x, (t, id)) filter (where t is not null and x is not null and id is not null)"),
    ("any_value(x)", "min(x)"),
    ("first(x)", "max(x)"),
    ("last(x)", "first_value(x) over (order by t, id)"),
    ("mode(x)", "count(x)"),
    (f"list(x order by t) {FILLED}", f"coalesce(list_sort(list(x) {FILLED}), [])"),
    (f"list(x) {FILLED}", f"list_sort(coalesce(list(x) {FILLED}, []))"),
    ("coalesce(list_sort(list(x)), [])", f"coalesce(list_sort(list(distinct x) {FILLED}), [])"),
    (f"list_sort(list(distinct x) {FILLED})", f"coalesce(list_sort(list(distinct x) {FILLED}), [])"),
    ("list_distinct(xs)", "list_sort(list_distinct(xs))"),
    ("string_agg(x, ',')", "string_agg(x, ',' order by x)"),
    (
        "string_agg(distinct x, ',' order by x)",
        f"nullif(array_to_string(coalesce(list_sort(list(distinct x) {FILLED}), []), ','), '')",
    ),
    ("quantile_cont(x, 0.5)", "median(cast(x as double))"),
    ("quantile_disc(x, 0.5)", "median(cast(x as double))"),
    ("median(x)", "median(cast(x as double))"),
    ("max(struct_pack(t := t, id := id))", "max(t)"),
    ("min((t, id))", "min(t)"),
    ("max(x, 3)", "max(x)"),
    ("sum(x = 1)", "count(*) filter (where x = 1)"),
    ("avg(x)", "avg(cast(x as double))"),
    ("x / 100.0", "x / cast(100 as double)"),
    ("x / y", "cast(x as double) / y"),
    ("sum(x) / count(*)", "sum(cast(x as double)) / count(*)"),
    ("cast(x / cast(2 as double) as integer)", "cast(floor(x / cast(2 as double)) as integer)"),
    ("cast(1.5 * x as bigint)", "cast(round(1.5 * x) as bigint)"),
    ("cast(cast(x as double) as varchar)", "cast(cast(x as decimal(18, 4)) as varchar)"),
    (
        "try_cast(x as date)",
        "case when regexp_matches(x, '^[0-9]{4}-[0-9]{2}-[0-9]{2}$') then try_cast(x as date) end",
    ),
    ("try_cast(x as bigint)", "case when regexp_matches(x, '^[0-9]{1,9}$') then try_cast(x as bigint) end"),
    ("try_cast(x as timestamp)", "try_cast(x as decimal(18, 2))"),
    ("date_diff('month', a_date, b_date)", "date_diff('day', a_date, b_date)"),
    ("date_diff('day', a_at, b_at)", "date_diff('day', cast(a_at as date), cast(b_at as date))"),
    ("date_diff('hour', a_at, b_at)", "date_diff('day', birth_date, cast($as_of as date))"),
    ("cast(a_at as date) - birth_date", "date_diff('day', birth_date, cast(a_at as date))"),
    ("$as_of - a_at", "$as_of - interval 30 day"),
    ("birth_date + interval 1 month", "cast(birth_date + interval 1 month as date)"),
    ("birth_date - interval 30 day", "birth_date - 30"),
    ("date_add(birth_date, interval 1 day)", "birth_date + 1"),
    ("a_at + to_days(x)", "a_at + interval 1 day * x"),
    ("a_at + interval (x) day", "a_at - interval 180 day"),
    ("extract(dow from a_date)", "extract(week from a_date)"),
    ("date_part('dow', a_date)", "date_part('month', a_date)"),
    ("dayofweek(a_date)", "((date_diff('day', cast('1970-01-05' as date), a_date) % 7) + 7) % 7 + 1"),
    ("isodow(a_date)", "year(a_date)"),
    ("week(a_date)", "extract(week from a_date)"),
    ("monthname(a_date)", "month(a_date)"),
    ("a_at at time zone 'Europe/Berlin'", "a_at"),
    ("current_date", "cast($as_of as date)"),
    ("random()", "md5(x)"),
    ("regexp_replace(x, '[a-z]', '')", "regexp_replace(x, '[a-z]', '', 'g')"),
    ("regexp_replace(x, '[a-z]', '', 'gi')", "regexp_replace(lower(x), '[a-z]', '', 'g')"),
    (r"regexp_replace(x, '(a)b', '\1', 'g')", "regexp_replace(x, 'b', '', 'g')"),
    ("regexp_replace(x, 'a', '$', 'g')", "replace(x, 'a', '$')"),
    ("regexp_matches(x, '(?i)abc')", "regexp_matches(lower(x), 'abc')"),
    ("strftime(a_at, '%Y-%m-%dT%H:%M')", "strftime(a_at, '%Y-%m-%d')"),
    ("regexp_full_match(x, '[a-z]+')", "regexp_matches(x, '^[a-z]+$')"),
    ("x similar to 'a.*'", "x like 'a%'"),
    ("x glob 'a*'", "regexp_matches(x, '^a')"),
    ("x collate nocase", "lower(x)"),
    ("upper(x)", "lower(x)"),
    ("regexp_replace(upper(x), '[^A-Z]', '', 'g')", "upper(regexp_replace(x, '[^A-Za-z0-9]', '', 'g'))"),
    ("jaro_winkler_similarity(x, y)", "levenshtein(x, y)"),
    ("log(x)", "log10(x)"),
    ("left(x, -1)", "left(x, 2)"),
    ("substr(x, 0, 2)", "substr(x, 1, 2)"),
    ("xs[1]", "case when array_length(xs) > 0 then xs[1] end"),
    ("[v for v in xs]", "list_filter(xs, lambda v: v > 1)"),
    ("list_has_any(xs, ys)", "list_contains(xs, 'a')"),
    ("map {'a': 1}", "struct_pack(a := 1)"),
    ("json_object('a', x)", "{'a': x}"),
    ("typeof(x)", "x"),
    ("columns('x')", "x"),
    ("hash(x)", "md5(concat_ws('|', x, y))"),
    ("now()", "$as_of"),
    ("row(x, y)", "(x, y)"),
    ("list_extract(xs, 1)", "case when array_length(xs) > 0 then xs[1] end"),
    ("strip_accents(x)", "translate(x, 'éè', 'ee')"),
    ("row_number() over ()", "row_number() over (order by t, id)"),
    ("list_filter(xs, v -> v > 1)", "list_filter(xs, lambda v: v > 1)"),
    ("len(xs)", "array_length(xs)"),
]  # fmt: skip

WHOLE_SELECTS = [
    ("select * replace (1 as x) from t", "select * exclude (x), 1 as x from t"),
    ("select x from t union by name select x from u", "select x from t union all select x from u"),
    ("select t.x from t asof join u on t.a_at >= u.a_at", "select t.x from t join u on t.a_at >= u.a_at"),
    ("select x from t using sample 2", "select x from t where md5(id) < '8'"),
    ("select x from t limit 2", "select x from t order by x, id limit 2"),
]

ALL = [(f"select {bad} from t", f"select {good} from t") for bad, good in EXAMPLES] + WHOLE_SELECTS


@pytest.mark.parametrize(("refused", "accepted"), ALL)
def test_refuses_the_one_and_accepts_the_other(refused, accepted):
    assert lint(refused), f"accepted: {refused}"
    assert not lint(accepted), [str(fault) for fault in lint(accepted)]


def test_every_rule_has_an_example():
    told = {fault.replacement for refused, _ in ALL for fault in lint(refused)}
    named = {"date_sub", "get_current_timestamp", "try_strptime", "timezone", "to_json", "prefix"}
    told |= {fault.replacement for name in named for fault in lint(f"select {name}(x) from t")}
    untold = [rule.replacement for rule in (*RULES, *TEXT_RULES) if rule.replacement not in told]
    assert not untold


def test_a_fault_names_the_construct_and_what_to_write_instead():
    (fault,) = lint("select len(x) as n, lower(y) as y from t")
    assert fault.construct == "len(…)"
    assert "array_length" in fault.replacement
    assert str(fault) == f"{fault.construct}: write {fault.replacement}"


def test_every_fault_of_a_step_is_told():
    faults = lint("with a as (select hash(x) as h from t) select any_value(h) from a order by mode(h)")
    assert sorted(fault.construct.lower() for fault in faults) == ["any_value(h)", "hash(x)", "mode(h)"]


def test_broken_sql_is_a_step_error():
    with pytest.raises(StepError, match="not valid SQL"):
        lint("select (")


PORTABLE = [
    step
    for path in sorted(STEPS_ROOT.glob("*/*.sql"))
    if not path.name.endswith(".spark.sql")
    and not path.with_name(f"{path.stem}.spark.sql").exists()
    and (step := load_step(path)).is_portable
]


@pytest.mark.parametrize("step", PORTABLE, ids=lambda step: f"{step.stage}/{step.name}")
def test_shipped_portable_steps_are_portable(step):
    assert not [str(fault) for fault in lint(step.sql)]


@pytest.mark.parametrize("step", PORTABLE, ids=lambda step: f"{step.stage}/{step.name}")
def test_shipped_portable_steps_transpile_to_spark(step):
    level = sqlglot.ErrorLevel.RAISE
    (written,) = sqlglot.transpile(step.sql, read="duckdb", write="spark", unsupported_level=level)
    again = sqlglot.parse_one(written, dialect="spark")
    assert isinstance(again, exp.Query)
    assert len(again.selects) == len(sqlglot.parse_one(step.sql, dialect="duckdb").selects)
