"""Definition → SQL, built as a sqlglot tree."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING

from cdp.segments.catalog import EVENTS, PROFILE_COLUMNS, Kind
from cdp.segments.definition import Condition, Scalar, SegmentDefinition

if TYPE_CHECKING:
    from sqlglot import exp

    Counts = dict[str, exp.Select]


def segment_sql(
    definition: SegmentDefinition,
    *,
    as_of: datetime | None = None,
    tables: Mapping[str, str] | None = None,
    dialect: str = "duckdb",
) -> str:
    """The select of ``customer_id`` that a definition means, one row per member.

    It reads the published tables; ``tables`` gives other names for them. Without ``as_of`` the text
    keeps the parameter ``$as_of`` (exclusive end of the business date, UTC). The definition must have
    passed ``check_segment``.
    """
    from sqlglot import exp

    tree = _rule_tree(definition.rule) if definition.rule is not None else _sql_tree(definition.sql or "")
    if as_of is not None:
        moment = exp.cast(exp.Literal.string(as_of.isoformat(sep=" ")), "timestamp")
        for mark in list(tree.find_all(exp.Placeholder)):
            if mark.name == "as_of":
                outer = mark.parent if isinstance(mark.parent, exp.Cast) else mark
                outer.replace(moment.copy())
    _rename_tables(tree, tables or {})
    return tree.sql(dialect=dialect, pretty=True)


def count_sql(definition: SegmentDefinition, *, as_of: datetime | None = None) -> str:
    """The select that counts a segment's members."""
    return f"select count(*) as count_members from (\n{segment_sql(definition, as_of=as_of)}\n) as members"


def _rename_tables(tree: exp.Query, tables: Mapping[str, str]) -> None:
    from sqlglot import exp

    own = {cte.alias for cte in tree.find_all(exp.CTE)}
    for table in list(tree.find_all(exp.Table)):
        if table.name in tables and table.name not in own and not table.db:
            if not table.alias:
                table.set("alias", exp.TableAlias(this=exp.to_identifier(table.name)))
            table.set("this", exp.to_identifier(tables[table.name]))


def _as_of() -> exp.Expr:
    from sqlglot import exp

    return exp.cast(exp.Placeholder(this="as_of"), "timestamp")


def _days_before(days: int) -> exp.Expr:
    from sqlglot import exp

    span = exp.Interval(this=exp.Literal.string(str(days)), unit=exp.var("DAY"))
    return exp.Sub(this=_as_of(), expression=span)


def _sql_tree(sql: str) -> exp.Select:
    import sqlglot

    chosen = sqlglot.parse_one(sql.strip().rstrip(";"), dialect="duckdb")
    return (
        sqlglot.select("profiles.customer_id")
        .from_("profiles")
        .where("not profiles.is_erasure_requested")
        .where(f"profiles.customer_id in (select customer_id from ({chosen.sql('duckdb')}) as chosen)",
               dialect="duckdb")
    )  # fmt: skip


def _rule_tree(rule: Condition) -> exp.Select:
    import sqlglot

    counts: Counts = {}
    where = _condition(rule, counts)
    tree = sqlglot.select("profiles.customer_id").from_("profiles")
    for name, count in counts.items():
        tree = tree.with_(name, as_=count).join(name, on=f"profiles.customer_id = {name}.customer_id", join_type="left")
    return tree.where("not profiles.is_erasure_requested").where(where)


def _condition(condition: Condition, counts: Counts) -> exp.Expr:
    from sqlglot import exp

    if condition.all is not None:
        return exp.and_(*(_condition(part, counts) for part in condition.all))
    if condition.any is not None:
        return exp.or_(*(_condition(part, counts) for part in condition.any))
    if condition.none is not None:
        held = exp.or_(*(_condition(part, counts) for part in condition.none))
        return exp.not_(exp.func("coalesce", held, exp.false()))
    if condition.count is not None:
        return _count(condition, counts)
    assert condition.column is not None
    named = [name for name in (condition.column, condition.other_column) if name is not None]
    kinds: dict[str, Kind] = {name: PROFILE_COLUMNS.get(name, "text") for name in named}
    return _comparison(condition, {name: f"profiles.{name}" for name in named}, kinds)


def _event_condition(condition: Condition, columns: Mapping[str, str], kinds: Mapping[str, Kind]) -> exp.Expr:
    from sqlglot import exp

    if condition.all is not None:
        return exp.and_(*(_event_condition(part, columns, kinds) for part in condition.all))
    if condition.any is not None:
        return exp.or_(*(_event_condition(part, columns, kinds) for part in condition.any))
    if condition.none is not None:
        held = exp.or_(*(_event_condition(part, columns, kinds) for part in condition.none))
        return exp.not_(exp.func("coalesce", held, exp.false()))
    return _comparison(condition, columns, kinds)


def _count(condition: Condition, counts: Counts) -> exp.Expr:
    """Add the counting select to ``counts``; the condition on its result comes back."""
    import sqlglot
    from sqlglot import exp

    assert condition.count is not None
    table = EVENTS[condition.count]
    columns = {name: table.expression(condition.count, name) for name in table.columns}
    moment: exp.Expr = sqlglot.maybe_parse(table.happened_at, dialect="duckdb")
    measure = "count(*)"
    if condition.distinct is not None:
        measure = f"count(distinct {columns[condition.distinct]})"
    if condition.sum_of is not None:
        measure = f"coalesce(sum({columns[condition.sum_of]}), 0)"
    select = sqlglot.parse_one(
        f"select {table.customer} as customer_id, {measure} as measure from {table.source}", dialect="duckdb"
    )
    assert isinstance(select, exp.Select)
    if table.valid:
        select = select.where(table.valid, dialect="duckdb")
    select = select.where(exp.LT(this=moment.copy(), expression=_as_of()))
    if condition.within_days is not None:
        select = select.where(exp.GTE(this=moment.copy(), expression=_days_before(condition.within_days)))
    if condition.since is not None:
        select = select.join("profiles", on=f"{table.customer} = profiles.customer_id")
        after = sqlglot.column(condition.since, table="profiles")
        select = select.where(exp.GT(this=moment.copy(), expression=after))
    for part in condition.where or []:
        select = select.where(_event_condition(part, columns, table.columns))
    name = f"{condition.count}_{len(counts) + 1}"
    counts[name] = select.group_by(table.customer)
    result = exp.func("coalesce", sqlglot.column("measure", table=name), exp.Literal.number(0))
    return _operate(result, condition.op or ">=", 1 if condition.value is None else condition.value)


def _comparison(condition: Condition, columns: Mapping[str, str], kinds: Mapping[str, Kind]) -> exp.Expr:
    import sqlglot
    from sqlglot import exp

    assert condition.column is not None
    left: exp.Expr = sqlglot.maybe_parse(columns[condition.column], dialect="duckdb")
    op = condition.op or "="
    if condition.other_column is not None:
        right: exp.Expr = sqlglot.maybe_parse(columns[condition.other_column], dialect="duckdb")
        if condition.times is not None:
            right = exp.Mul(this=right, expression=exp.Literal.number(condition.times))
        return _binary(left, op, right)
    if op == "contains":
        return _contains(left, str(condition.value), kinds[condition.column])
    return _operate(left, op, condition.value)


def _contains(left: exp.Expr, wanted: str, kind: Kind) -> exp.Expr:
    from sqlglot import exp

    if kind == "list":
        return exp.func("array_contains", left, exp.Literal.string(wanted), dialect="duckdb")
    if kind == "barred":
        bar = exp.Literal.string("|")
        left = exp.func("concat", bar, left, bar.copy())
        wanted = f"|{wanted}|"
    return exp.GT(
        this=exp.func("strpos", left, exp.Literal.string(wanted), dialect="duckdb"),
        expression=exp.Literal.number(0),
    )


def _binary(left: exp.Expr, op: str, right: exp.Expr) -> exp.Expr:
    from sqlglot import exp

    kinds: dict[str, type[exp.Binary]] = {
        "=": exp.EQ, "!=": exp.NullSafeNEQ, "<": exp.LT, "<=": exp.LTE, ">": exp.GT, ">=": exp.GTE,
    }  # fmt: skip
    return kinds[op](this=left, expression=right)


def _operate(left: exp.Expr, op: str, value: Scalar | list[Scalar] | None) -> exp.Expr:
    from sqlglot import exp

    values = [_literal(item) for item in value] if isinstance(value, list) else []
    if op in {"is_null", "is_not_null"}:
        missing = exp.Is(this=left, expression=exp.null())
        return missing if op == "is_null" else exp.not_(missing)
    if op == "between":
        return exp.Between(this=left, low=values[0], high=values[1])
    if op in {"in", "not_in"}:
        found = exp.In(this=left, expressions=values)
        # someone whose value is unknown is not one of those listed
        return found if op == "in" else exp.not_(exp.func("coalesce", found, exp.false()))
    assert value is not None
    assert not isinstance(value, list)
    if op == "within_days":
        recent = exp.GTE(this=left, expression=_days_before(int(str(value))))
        return exp.and_(recent, exp.LT(this=left.copy(), expression=_as_of()))
    if op == "older_than_days":
        return exp.LT(this=left, expression=_days_before(int(str(value))))
    return _binary(left, op, _literal(value))


def _literal(value: Scalar) -> exp.Expr:
    from sqlglot import exp

    if isinstance(value, bool):
        return exp.true() if value else exp.false()
    if isinstance(value, datetime):
        return exp.cast(exp.Literal.string(value.isoformat(sep=" ")), "timestamp")
    if isinstance(value, date):
        return exp.cast(exp.Literal.string(value.isoformat()), "date")
    if isinstance(value, int | float):
        return exp.Literal.number(value)
    return exp.Literal.string(value)
