"""Refuse, in portable steps, what DuckDB and Spark would answer differently.

The rules stand in ``cdp/steps/portability.py``. Each was tried on both engines: what they refuse gave other
rows, other types or an error on Spark 4.3 (or depends on the order of rows); what they accept gave the same.
"""

from __future__ import annotations

from dataclasses import dataclass

from cdp.errors import StepError


@dataclass(frozen=True)
class PortabilityFault:
    """One construct that is not portable, and what to write instead."""

    construct: str
    replacement: str

    def __str__(self) -> str:
        return f"{self.construct}: write {self.replacement}"


def lint(sql: str) -> list[PortabilityFault]:
    """Faults of a portable step, in the order found; empty when it is portable as far as can be seen.

    Column types are not known: names ending in ``_at`` count as instants, names ending in ``_date`` as dates,
    and a quotient counts as exact unless a side is cast to double. Raises ``StepError`` when the text is no SQL.
    """
    import sqlglot

    from cdp.steps.portability import RULES, TEXT_RULES

    try:
        tree = sqlglot.parse_one(sql, dialect="duckdb")
    except sqlglot.errors.SqlglotError as error:
        raise StepError(f"not valid SQL: {error}", "run the select in a DuckDB shell") from error
    faults = [
        PortabilityFault(_shown(node.sql(dialect="duckdb")), rule.replacement)
        for node in tree.dfs()
        for rule in RULES
        if isinstance(node, rule.nodes) and rule.is_broken(node)
    ]
    faults += [PortabilityFault(r.construct, r.replacement) for r in TEXT_RULES if r.is_broken(tree, sql)]
    return faults


def _shown(sql: str) -> str:
    return sql if len(sql) <= 80 else f"{sql[:77]}…"
