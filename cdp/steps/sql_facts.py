"""What an expression is, as far as its text tells: the portability rules know no column types."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp  # noqa: TID253  only the portability rules import this module

INSTANTS = (exp.DType.TIMESTAMP, exp.DType.TIMESTAMPTZ, exp.DType.TIMESTAMPNTZ)
DOUBLES = (exp.DType.DOUBLE, exp.DType.FLOAT)
INTEGERS = (exp.DType.INT, exp.DType.BIGINT, exp.DType.SMALLINT, exp.DType.TINYINT, exp.DType.INT128)
_WHOLE = (exp.Round, exp.Floor, exp.Ceil, exp.Trunc)


def bare(node: exp.Expr) -> exp.Expr:
    """The expression without parentheses around it."""
    return node.unnest()


def is_date(node: exp.Expr) -> bool:
    """Whether it is a cast to date, or a column named like one."""
    node = bare(node)
    if isinstance(node, exp.Cast):
        return bool(node.is_type(exp.DType.DATE))
    return isinstance(node, exp.Column) and node.name.endswith("_date")


def is_instant(node: exp.Expr) -> bool:
    """Whether it is a cast to timestamp, or a column or parameter named like an instant."""
    node = bare(node)
    if isinstance(node, exp.Cast):
        return bool(node.is_type(*INSTANTS))
    return isinstance(node, exp.Column | exp.Placeholder) and node.name.endswith(("_at", "as_of"))


def is_double(node: exp.Expr) -> bool:
    """Whether it is visibly computed in double precision."""
    node = bare(node)
    if isinstance(node, exp.Cast):
        return bool(node.is_type(*DOUBLES))
    if isinstance(node, exp.Add | exp.Sub | exp.Mul | exp.Div):
        return is_double(node.this) or is_double(node.expression)
    if isinstance(node, exp.Filter | exp.Coalesce | exp.Nullif | exp.Neg | exp.Sum | exp.Avg | exp.Round):
        return is_double(node.this)
    return False


def may_have_fraction(node: exp.Expr) -> bool:
    """Whether a cast to an integer would have to round or cut."""
    node = bare(node)
    if isinstance(node, _WHOLE):
        return False
    decimal = any(not literal.is_string and not literal.is_int for literal in node.find_all(exp.Literal))
    return decimal or is_double(node) or node.find(exp.Div, exp.Avg, exp.Median) is not None


def _not_null_parts(where: exp.Expr | None) -> Iterator[str]:
    """Expressions that a filter says are not null."""
    if where is None:
        return
    condition = where.this
    for part in condition.flatten() if isinstance(condition, exp.And) else [condition]:
        part = bare(part)
        if isinstance(part, exp.Not) and isinstance(part.this, exp.Is) and isinstance(part.this.expression, exp.Null):
            yield part.this.this.sql()


def filled(node: exp.Expr, aggregate: exp.Expr) -> bool:
    """Whether a value inside an aggregate is visibly never null."""
    node = bare(node)
    if isinstance(node, exp.Literal | exp.Struct | exp.Tuple):
        return True
    if isinstance(node, exp.Coalesce) and isinstance(node.expressions[-1].unnest(), exp.Literal | exp.Cast):
        return True
    around = aggregate.parent
    where = around.expression if isinstance(around, exp.Filter) else None
    return node.sql() in set(_not_null_parts(where))


def guarded(node: exp.Expr, *guards: type[exp.Expr]) -> bool:
    """Whether a surrounding ``case when`` (or ``if``) tests the value first."""
    branch: exp.Expr | None = node
    while branch is not None and (parent := branch.parent) is not None:
        if isinstance(parent, exp.If) and branch.arg_key != "this" and parent.this.find(*guards):
            return True
        branch = parent
    return False
