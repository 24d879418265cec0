"""Survivorship: one policy → one select over the candidate values, built as a syntax tree.

The select ranks the distinct values of each customer; each value is represented by the record that
the policy likes best. Ties are broken by date, number of records, spelling and finally the value
itself, so that the same data always give the same golden record.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cdp.profiles.settings import IDENTIFIER_FIELDS, Survivorship

if TYPE_CHECKING:
    from sqlglot import exp

LOSERS = {
    "source_priority": "a source of higher priority says otherwise",
    "most_recent": "a later record says otherwise",
    "most_frequent": "more records say otherwise",
    "most_complete": "another value is more complete",
    "verified_first": "another value is confirmed by two feeds",
    "keep_all": "kept; a later record says otherwise",
}


def survivorship_sql(entry: Survivorship) -> str:
    """The select that ranks the values of one field or group.

    Columns: customer_id, feed, record_id, observed_at, value_rank (1 = chosen), count_values, reason,
    and one ``<field>_value`` per field (text). Grain: customer and distinct value. Reads
    ``record_values``, or ``identifier_values`` for identifiers.
    """
    return survivorship_tree(entry).sql(dialect="duckdb", pretty=True)


def ranked_table(entry: Survivorship) -> str:
    """Name of the table of an entry's ranked values."""
    return f"ranked_{entry.fields[0]}"


def golden_record_sql(entries: Sequence[Survivorship]) -> str:
    """The select that joins the values chosen by all entries, read from their ranked tables.

    Columns: customer_id and one per field (text, birth_date a date). Grain: identified customer with at least one
    known value.
    """
    import sqlglot

    fields = [field for entry in entries for field in entry.fields]
    columns = (
        f"cast({field}_value as date) as {field}" if field == "birth_date" else f"{field}_value as {field}"
        for field in fields
    )
    joined = sqlglot.select("customers.customer_id", *columns, dialect="duckdb").from_("customers")
    for entry in entries:
        table = ranked_table(entry)
        same = f"customers.customer_id = {table}.customer_id and {table}.value_rank = 1"
        joined = joined.join(table, on=same, join_type="left", dialect="duckdb")
    known = ", ".join(f"{field}_value" for field in fields)
    return joined.where("not customers.is_anonymous", f"coalesce({known}) is not null").sql("duckdb", pretty=True)


def survivorship_tree(entry: Survivorship) -> exp.Select:
    """The same select as a sqlglot tree."""
    import sqlglot

    order = _policy_order(entry)
    measure = order[0].rsplit(" ", 1)[0] if order else "latest_at"
    by_value = (
        "has_anchor desc" if len(entry.fields) > 1 else "",
        *order,
        "latest_at desc nulls last",
        "count_records desc",
        "is_well_cased desc",
        "value_key",
        "record_id",
    )
    ranking = ", ".join(part for part in by_value if part)
    ranked = sqlglot.select(
        "customer_id",
        "feed",
        "record_id",
        "observed_at",
        *(f"{field}_value" for field in entry.fields),
        f"{measure} as measure",
        f"first_value({measure}) over (partition by customer_id order by {ranking}) as best_measure",
        f"first_value(latest_at) over (partition by customer_id order by {ranking}) as best_latest_at",
        "latest_at",
        f"row_number() over (partition by customer_id order by {ranking}) as value_rank",
        "count(*) over (partition by customer_id) as count_values",
        dialect="duckdb",
    )
    ranked = ranked.from_("spelled").where("place = 1")
    outer = sqlglot.select(
        "customer_id",
        "feed",
        "record_id",
        "observed_at",
        "value_rank",
        "count_values",
        _reason(entry),
        *(f"{field}_value" for field in entry.fields),
        dialect="duckdb",
    ).from_("ranked")
    return (
        outer.with_("candidates", as_=_candidates(entry))
        .with_("spelled", as_=_spelled(entry))
        .with_("ranked", as_=ranked)
    )


def _candidates(entry: Survivorship) -> exp.Select:
    """One row per record that has a value, with what the policies measure on it."""
    import sqlglot

    if entry.fields[0] in IDENTIFIER_FIELDS:
        field = entry.fields[0]
        values = {field: "identifier_value"}
        source, condition = "identifier_values", f"identifier_type = '{field}'"
        key = ["identifier_key"]
    else:
        values = {field: field for field in entry.fields}
        source = "record_values"
        condition = " or ".join(f"{field} is not null" for field in entry.fields)
        # parts that only repeat the first field (first and last name) do not make two values of one
        key = ["full_name"] if entry.fields[0] == "full_name" else list(entry.fields)
    columns = list(values.values())
    joined = ", ".join(f"coalesce(lower({column}), '')" for column in key)
    filled = " + ".join(f"case when {column} is null then 0 else 1 end" for column in columns)
    length = " + ".join(f"coalesce(length({column}), 0)" for column in columns)
    return (
        sqlglot.select(
            "customer_id",
            "feed",
            "record_id",
            "observed_at",
            *(f"{column} as {field}_value" for field, column in values.items()),
            f"concat_ws('|', {joined}) as value_key",
            f"case when {columns[0]} is null then 0 else 1 end as has_anchor",
            f"({filled}) * 1000 + ({length}) as completeness",
            _well_cased(columns[0]),
            _priority(entry),
            dialect="duckdb",
        )
        .from_(source)
        .where(condition, dialect="duckdb")
    )


def _well_cased(column: str) -> str:
    return (
        f"case when regexp_matches({column}, '[[:lower:]]') and regexp_matches({column}, '[[:upper:]]') "
        "then 1 else 0 end as is_well_cased"
    )


def _priority(entry: Survivorship) -> exp.Expr:
    from sqlglot import exp

    last = exp.Literal.number(len(entry.sources) + 1)
    if not entry.sources:
        return exp.alias_(last, "priority")
    case = exp.Case(this=exp.column("feed"), default=last)
    for place, feed in enumerate(entry.sources, start=1):
        case = case.when(exp.Literal.string(feed), exp.Literal.number(place))
    return exp.alias_(case, "priority")


def _spelled(entry: Survivorship) -> exp.Select:
    """Each candidate with its place among records that say the same; place 1 speaks for the value."""
    import sqlglot

    same = "partition by customer_id, value_key"
    best = "priority, is_well_cased desc, completeness desc, observed_at desc nulls last, record_id"
    return sqlglot.select(
        "customer_id",
        "record_id",
        "feed",
        "value_key",
        *(f"{field}_value" for field in entry.fields),
        "has_anchor",
        "is_well_cased",
        "observed_at",
        f"min(priority) over ({same}) as best_priority",
        f"max(completeness) over ({same}) as best_completeness",
        f"max(observed_at) over ({same}) as latest_at",
        f"count(*) over ({same}) as count_records",
        f"case when min(feed) over ({same}) <> max(feed) over ({same}) then 1 else 0 end as is_confirmed",
        f"row_number() over ({same} order by {best}) as place",
        dialect="duckdb",
    ).from_("candidates")


def _policy_order(entry: Survivorship) -> list[str]:
    """The policy's own order, before the tie-breakers that all policies share."""
    return {
        "source_priority": ["best_priority asc"],
        "most_frequent": ["count_records desc"],
        "most_complete": ["best_completeness desc"],
        "verified_first": ["is_confirmed desc"],
    }.get(entry.policy, [])


def _reason(entry: Survivorship) -> exp.Expr:
    import sqlglot
    from sqlglot import exp

    def text(words: str) -> exp.Expr:
        return exp.Literal.string(words)

    def when(case: exp.Case, condition: str, words: str) -> exp.Case:
        return case.when(sqlglot.condition(condition, dialect="duckdb"), text(words))

    case = exp.Case(default=text("tie, broken by spelling"))
    case = when(case, "count_values = 1", "only value")
    case = when(case, "value_rank = 1", entry.policy)
    case = when(case, "measure is distinct from best_measure", LOSERS[entry.policy])
    case = when(case, "latest_at is distinct from best_latest_at", "tie, a later record says otherwise")
    return exp.alias_(case, "reason")
