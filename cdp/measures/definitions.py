"""What ``pipelines/kpis/*.yaml`` and ``pipelines/attributes/*.yaml`` say."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator, model_validator

from cdp.contracts.documents import Strict

Name = str
KpiUnit = Literal[
    "customers",
    "devices",
    "orders",
    "tickets",
    "messages",
    "visits",
    "money",
    "share",
    "points",
    "ratio",
    "score",
    "hours",
]
AttributeType = Literal["text", "number", "integer", "flag", "date", "instant"]
SQL_TYPES: dict[AttributeType, str] = {
    "text": "VARCHAR",
    "number": "DOUBLE",
    "integer": "BIGINT",
    "flag": "BOOLEAN",
    "date": "DATE",
    "instant": "TIMESTAMP",
}


class Kpi(Strict):
    """One figure about the business, in one or several dimensions."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="what the column kpi says")
    title: str = Field(min_length=1, description="what people call it")
    formula: str = Field(min_length=1, description="how it is defined, in words")
    unit: KpiUnit
    sql: str = Field(
        min_length=1,
        description="one select of the published tables that gives dimension (text) and value (number); "
        "$as_of is the exclusive end of $business_date in UTC, $time_zone the workspace's zone",
    )


class KpiGroup(Strict):
    """One file: figures that belong together."""

    kind: Literal["kpis"]
    group: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="the file's name")
    title: str
    kpis: list[Kpi] = Field(min_length=1)

    @model_validator(mode="after")
    def _named_once(self) -> KpiGroup:
        names = [kpi.name for kpi in self.kpis]
        doubled = sorted({name for name in names if names.count(name) > 1})
        if doubled:
            raise ValueError(f"{', '.join(doubled)} stands twice")
        return self


class Attribute(Strict):
    """A computed attribute: one more column of profiles."""

    kind: Literal["attribute"]
    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="the file's name and the column's")
    title: str = Field(min_length=1)
    description: str = Field(min_length=1, description="what it means, for analysts and marketers")
    type: AttributeType
    unit: str = ""
    expression: str | None = Field(
        default=None, description="SQL over the columns of profiles, other attributes among them"
    )
    sql: str | None = Field(
        default=None,
        description="one select of the published tables that gives customer_id (once each) and value; "
        "$as_of is the exclusive end of $business_date in UTC, $time_zone the workspace's zone",
    )
    default: str | int | float | bool | None = Field(
        default=None, description="the value of customers for whom `sql` gives none"
    )

    @field_validator("name")
    @classmethod
    def _no_word_of_sql(cls, value: str) -> str:
        import sqlglot

        try:
            sqlglot.parse_one(f"select profiles.{value}, {value} from profiles", dialect="duckdb")
        except sqlglot.errors.SqlglotError as error:
            raise ValueError(f"{value!r} is a word of SQL: choose another name") from error
        return value

    @model_validator(mode="after")
    def _one_definition(self) -> Attribute:
        if (self.expression is None) == (self.sql is None):
            raise ValueError("write either `expression` or `sql`")
        if self.expression is not None and self.default is not None:
            raise ValueError("`default` belongs to `sql`; an expression says coalesce(…) itself")
        return self
