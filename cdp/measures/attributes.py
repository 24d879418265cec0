"""Computed attributes: columns that a workspace adds to profiles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Literal

from cdp.contracts import TableContract
from cdp.contracts.model import TableProperty
from cdp.engines import Engine
from cdp.errors import EngineError, MeasureError, StepError
from cdp.measures.definitions import SQL_TYPES, Attribute, AttributeType
from cdp.measures.moment import Moment
from cdp.measures.published_views import READABLE, lacking, published, redirected, shadowed, unreadable
from cdp.steps import tables_read

SegmentKind = Literal["text", "number", "flag", "date", "instant"]
_SEGMENT_KINDS: dict[AttributeType, SegmentKind] = {
    "text": "text",
    "number": "number",
    "integer": "number",
    "flag": "flag",
    "date": "date",
    "instant": "instant",
}


def check_attribute(attribute: Attribute) -> list[str]:
    """What is wrong with one definition before anything runs; empty when all is well."""
    try:
        strange = unreadable(_select(attribute), f"attribute {attribute.name}")
    except StepError as error:
        return [error.message]
    if hidden := shadowed(_select(attribute)):
        name = f"attribute {attribute.name}"
        return [f"{name} calls a part of its select {hidden[0]!r}, as a published table is called: rename it"]
    if attribute.sql is not None and (missing := lacking(attribute.sql, ("customer_id", "value"))):
        return [
            f"attribute {attribute.name}: its select gives no column {missing[0]}; it must give customer_id and value"
        ]
    return [
        f"attribute {attribute.name} reads {table!r}; it may read {', '.join(sorted(READABLE))}" for table in strange
    ]


def in_levels(attributes: Sequence[Attribute]) -> list[list[Attribute]]:
    """Attributes in groups such that each reads only those of earlier groups.

    Raises ``MeasureError`` when they go in a circle.
    """
    by_name = {attribute.name: attribute for attribute in attributes}
    reads = {name: _columns(item) & by_name.keys() for name, item in by_name.items()}
    selfish = sorted(name for name, others in reads.items() if name in others)
    if selfish:
        raise MeasureError(f"attribute {selfish[0]} is defined by itself", "name a column that exists before it")
    sorter = TopologicalSorter({name: sorted(others) for name, others in sorted(reads.items())})
    try:
        sorter.prepare()
    except CycleError as error:
        raise MeasureError(
            f"attributes are defined in a circle: {' → '.join(error.args[1])}", "let one of them read other columns"
        ) from error
    levels: list[list[Attribute]] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready())
        levels.append([by_name[name] for name in ready])
        sorter.done(*ready)
    return levels


def add_attributes(engine: Engine, attributes: Sequence[Attribute], moment: Moment) -> list[str]:
    """Widen the engine's table ``profiles`` by one column per attribute, in an order that suits all.

    What is no number (a division by zero gives infinity) is left empty; gives a warning for each attribute that has
    such values. Raises ``MeasureError`` naming the attribute whose SQL fails, or that gives a customer two values.
    """
    warnings = []
    for level in in_levels(attributes):
        with published(engine, [_select(attribute) for attribute in level]) as views:
            for attribute in level:
                _evaluate(engine, attribute, redirected(_select(attribute), views), moment)
        for attribute in level:
            table, value = f"attribute_{attribute.name}", "value"
            if attribute.type == "number":
                value = "case when isfinite(value) then value end"
                if count := engine.scalar(f"select count(*) from {table} where not isfinite(value)"):
                    warnings.append(
                        f"attribute {attribute.name} is no number for {count} customers, who have none now: a division "
                        "by zero? nullif(…, 0) leaves such out"
                    )
            engine.widen("profiles", f'select customer_id, {value} as "{attribute.name}" from {table}', "customer_id")
            engine.drop(table)
    return warnings


def unlike_type(engine: Engine, attribute: Attribute, moment: Moment) -> str | None:
    """What is wrong where a select gives text and the attribute's type says otherwise: one odd text would end a run.

    Asks the engine's tables, which may be empty. Raises ``EngineError`` when the select fails.
    """
    if attribute.type == "text":
        return None
    with published(engine, [_select(attribute)]) as views:
        engine.create_table("asked", redirected(_select(attribute), views), moment.params())
    given = engine.columns("asked").get("value", "")
    engine.drop("asked")
    if given != "VARCHAR":
        return None
    kind = SQL_TYPES[attribute.type].lower()
    return f"attribute {attribute.name} gives text, its type says {attribute.type}: write try_cast(… as {kind})"


def without_value(attribute: Attribute) -> Attribute:
    """The same column, null for everybody: what others may still be checked against."""
    return attribute.model_copy(update={"expression": "null", "sql": None, "default": None})


def _evaluate(engine: Engine, attribute: Attribute, sql: str, moment: Moment) -> None:
    kind, table = SQL_TYPES[attribute.type], f"attribute_{attribute.name}"
    given = f"select customer_id, cast(value as {kind}) as value from ({sql}) as given where customer_id is not null"
    if attribute.default is not None:
        given = (
            f"select profiles.customer_id, coalesce(given.value, cast($default as {kind})) as value "
            f"from profiles left join ({given}) as given on profiles.customer_id = given.customer_id"
        )
    try:
        engine.create_table(table, given, {**moment.params(), "default": attribute.default})
    except EngineError as error:
        raise MeasureError(
            f"attribute {attribute.name} in pipelines/attributes: {error.message.splitlines()[0]}",
            "its select must give customer_id and value; 'cdp query' runs a select on the published tables",
        ) from error
    doubled = engine.rows(
        f"select customer_id from {table} group by customer_id having count(*) > 1 order by 1 limit 1"
    )
    if doubled:
        raise MeasureError(
            f"attribute {attribute.name} in pipelines/attributes gives customer {doubled[0][0]} more than one value",
            "group by customer_id",
        )


def _select(attribute: Attribute) -> str:
    if attribute.sql is not None:
        return attribute.sql
    return f"select profiles.customer_id, ({attribute.expression}\n) as value from profiles"


def _columns(attribute: Attribute) -> frozenset[str]:
    import sqlglot
    from sqlglot import exp

    try:
        tree = sqlglot.parse_one(_select(attribute), dialect="duckdb")
    except sqlglot.errors.SqlglotError as error:
        raise MeasureError(f"attribute {attribute.name}: not valid SQL: {error}") from error
    owners = {"profiles"} if tables_read(_select(attribute)) != {"profiles"} else {"profiles", ""}
    named = {column.name.lower() for column in tree.find_all(exp.Column) if column.table.lower() in owners}
    return frozenset(named) - {"value", "customer_id"}


def segment_kinds(attributes: Sequence[Attribute]) -> dict[str, SegmentKind]:
    """How a segment may ask for each attribute."""
    return {attribute.name: _SEGMENT_KINDS[attribute.type] for attribute in attributes}


def widened(tables: Mapping[str, TableContract], attributes: Sequence[Attribute]) -> dict[str, TableContract]:
    """The contracts of a workspace's tables, that of profiles with a column per attribute."""
    if "profiles" not in tables:
        return dict(tables)
    profiles = tables["profiles"]
    added = tuple(
        TableProperty(
            name=attribute.name,
            type=SQL_TYPES[attribute.type],
            description=f"{attribute.title}: {attribute.description}",
            unit=attribute.unit,
        )
        for attribute in attributes
    )
    return {**tables, "profiles": profiles.model_copy(update={"properties": (*profiles.properties, *added)})}
