"""Let definitions read tables as they will be published: with the customer joined in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from cdp.contracts.published import PUBLISHED_NAMES, TABLES
from cdp.engines import Engine
from cdp.errors import StepError
from cdp.steps import tables_read

_FACTS = {item.table: item for item in TABLES if item.owner or item.appended}
READABLE = frozenset(
    item.table for item in TABLES if item.is_published and item.stage in {"feeds", "identity", "profiles", "measures"}
) - {"kpis"}
"""What a definition may read."""


def unreadable(sql: str, where: str) -> list[str]:
    """Tables that ``sql`` reads and that no definition may. Raises ``StepError`` when it is not one select."""
    return sorted(tables_read(sql, where) - READABLE)


def shadowed(sql: str) -> list[str]:
    """Names that a select gives to parts of itself and that published tables have: which is meant could not be told."""
    import sqlglot
    from sqlglot import exp

    tree = sqlglot.parse_one(sql, dialect="duckdb")
    return sorted({cte.alias.lower() for cte in tree.find_all(exp.CTE)} & PUBLISHED_NAMES)


def lacking(sql: str, wanted: Iterable[str]) -> list[str]:
    """Columns of those wanted that a select does not name; a select with a star may give any."""
    import sqlglot

    tree: Any = sqlglot.parse_one(sql, dialect="duckdb")
    named = {name.lower() for name in tree.named_selects}
    return [] if tree.is_star or not named else [name for name in wanted if name not in named]


@contextmanager
def published(engine: Engine, queries: Iterable[str]) -> Iterator[Mapping[str, str]]:
    """Views of the facts that the queries read, under other names: table → view; dropped at the end."""
    read = {table for sql in queries for table in tables_read(sql)}
    views = {table: f"read_{table}" for table in sorted(read & _FACTS.keys())}
    for table, view in views.items():
        engine.drop(view)
        engine.execute(f"create temp view {view} as {_FACTS[table].select()}")
    try:
        yield views
    finally:
        for view in views.values():
            engine.drop(view)


def redirected(sql: str, views: Mapping[str, str]) -> str:
    """The select with its tables read from ``views``, known by their own names in it."""
    import sqlglot
    from sqlglot import exp

    try:
        tree = sqlglot.parse_one(sql, dialect="duckdb")
    except sqlglot.errors.SqlglotError as error:
        raise StepError(f"not valid SQL: {error}", "run the select in a DuckDB shell") from error
    own = {cte.alias for cte in tree.find_all(exp.CTE)}
    for table in list(tree.find_all(exp.Table)):
        if table.name in views and table.name not in own and not table.db:
            if not table.alias:
                table.set("alias", exp.TableAlias(this=exp.to_identifier(table.name)))
            table.set("this", exp.to_identifier(views[table.name]))
    return tree.sql(dialect="duckdb")
