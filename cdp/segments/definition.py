"""What a file in ``pipelines/segments/`` may say."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from cdp.contracts.documents import Strict

Scalar = bool | int | float | datetime | date | str
Operator = Literal[
    "=",
    "!=",
    "<",
    "<=",
    ">",
    ">=",
    "between",
    "in",
    "not_in",
    "contains",
    "is_null",
    "is_not_null",
    "within_days",
    "older_than_days",
]
COMPARISONS = frozenset({"=", "!=", "<", "<=", ">", ">="})
_GROUPS = ("all", "any", "none")
_COUNT_KEYS = ("where", "within_days", "since", "distinct", "sum_of")


def _as_conditions(value: Any) -> Any:
    """``{channel: [web, app]}`` is short for a list of conditions."""
    if not isinstance(value, Mapping):
        return value
    conditions: list[dict[str, Any]] = []
    for column, wanted in value.items():
        if wanted is None:
            conditions.append({"column": column, "op": "is_null"})
        else:
            op = "in" if isinstance(wanted, list) else "="
            conditions.append({"column": column, "op": op, "value": wanted})
    return conditions


class Condition(Strict):
    """One condition: a group (all, any, none), a profile column, or counted events."""

    all: list[Condition] | None = Field(default=None, min_length=1, description="Every one must hold.")
    any: list[Condition] | None = Field(default=None, min_length=1, description="At least one must hold.")
    none: list[Condition] | None = Field(default=None, min_length=1, description="None may hold.")

    column: str | None = Field(default=None, description="A column of profiles.")
    count: str | None = Field(default=None, description="A table of events to count per customer.")
    op: Operator | None = Field(default=None, description="'=' for columns and '>=' for counts if absent.")
    value: Scalar | list[Scalar] | None = Field(default=None, description="What to compare with.")
    other_column: str | None = Field(default=None, description="Compare with another column instead.")
    times: float | None = Field(default=None, description="Multiply the other column by this first.")

    where: Annotated[
        list[Condition] | None,
        BeforeValidator(
            _as_conditions, json_schema_input_type=dict[str, Scalar | list[Scalar] | None] | list[Condition] | None
        ),
    ] = Field(default=None, description="Which events count: {column: value or list}, or a list of conditions.")
    within_days: int | None = Field(default=None, ge=1, description="Only the last N days before the date.")
    since: str | None = Field(default=None, description="Only events after this instant of the profile.")
    distinct: str | None = Field(default=None, description="Count different values of this column.")
    sum_of: str | None = Field(default=None, description="Sum this column instead of counting.")

    @model_validator(mode="after")
    def _is_one_thing(self) -> Condition:
        forms = [key for key in (*_GROUPS, "column", "count") if getattr(self, key) is not None]
        if len(forms) != 1:
            said = " and ".join(forms) or "none of them"
            raise ValueError(f"a condition is one of all, any, none, column, count; this has {said}")
        form = forms[0]
        operands = [key for key in ("op", "value", "other_column", "times") if getattr(self, key) is not None]
        counted = [key for key in _COUNT_KEYS if getattr(self, key) is not None]
        if form in _GROUPS and operands + counted:
            raise ValueError(f"{form} takes a list of conditions and nothing else")
        if form == "column":
            if counted:
                raise ValueError(f"{', '.join(counted)} belong to a count, not to a column")
            self._check_column()
        if form == "count":
            self._check_count()
        return self

    def _check_column(self) -> None:
        op = self.op or "="
        if self.other_column is not None:
            if op not in COMPARISONS or self.value is not None:
                raise ValueError("other_column takes one of = != < <= > >= and no value")
            return
        if self.times is not None:
            raise ValueError("times belongs to other_column")
        if op in {"is_null", "is_not_null"}:
            if self.value is not None:
                raise ValueError(f"{op} takes no value")
        elif self.value is None:
            raise ValueError(f"{op} needs a value")
        elif op == "between":
            if not isinstance(self.value, list) or len(self.value) != 2:
                raise ValueError("between needs a list of two values")
        elif (op in {"in", "not_in"}) != isinstance(self.value, list):
            raise ValueError("in and not_in take a list, every other operator one value")
        elif op in {"within_days", "older_than_days"} and (
            not isinstance(self.value, int) or isinstance(self.value, bool) or self.value < 1
        ):
            raise ValueError(f"{op} needs a whole number of days, 1 or more")

    def _check_count(self) -> None:
        if self.other_column is not None or self.times is not None:
            raise ValueError("a count is compared with a value, not with a column")
        if self.distinct is not None and self.sum_of is not None:
            raise ValueError("distinct and sum_of exclude each other")
        op = self.op or ">="
        if op not in COMPARISONS | {"between"}:
            raise ValueError("a count takes one of = != < <= > >= between")
        numbers = self.value if isinstance(self.value, list) else [1 if self.value is None else self.value]
        if op == "between" and (not isinstance(self.value, list) or len(numbers) != 2):
            raise ValueError("between needs a list of two values")
        if op != "between" and isinstance(self.value, list):
            raise ValueError("a count is compared with one number")
        if any(isinstance(number, bool) or not isinstance(number, int | float) for number in numbers):
            raise ValueError("a count is compared with a number")


class SegmentDefinition(Strict):
    """A named rule over profiles and events, or a select of ``customer_id``."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{1,62}$", description="Unique; small letters, digits, _.")
    title: str = Field(min_length=1, description="A few words for people.")
    description: str = Field(default="", description="What the members have in common, in a sentence.")
    rule: Condition | None = Field(default=None, description="Who belongs.")
    sql: str | None = Field(default=None, description="Instead of a rule: a select of customer_id.")

    @model_validator(mode="after")
    def _has_one_rule(self) -> SegmentDefinition:
        if (self.rule is None) == (self.sql is None):
            raise ValueError("a segment has either a rule or sql")
        return self
