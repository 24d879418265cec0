"""What a data contract says: one model for delivered exports, one for the tables we make.

Field names follow the Open Data Contract Standard where it has one; what a customer data platform
needs besides (aliases, identity, outcome of a broken promise) is ours.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, field_validator, model_validator

from cdp.contracts.documents import Strict

ColumnName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
LogicalType = Literal["string", "integer", "number", "boolean", "date", "timestamp", "object", "array"]
Classification = Literal["public", "internal", "personal", "sensitive"]
Outcome = Literal["reject", "null", "warn", "ignore"]
SemanticType = Literal[
    "email", "phone", "person_name", "first_name", "last_name", "birth_date", "street", "city", "postcode",
    "country", "loyalty_card", "customer_key", "device", "order_key", "money", "quantity", "free_text",
]  # fmt: skip


class TypeOptions(Strict):
    """Limits of a value (ODCS ``logicalTypeOptions``)."""

    format: tuple[str, ...] = Field(
        default=(), description="strptime patterns for dates and times, tried in order; %z keeps the offset"
    )
    format_by: dict[str, tuple[str, ...]] = Field(
        default_factory=dict,
        alias="formatBy",
        description="strptime patterns per value of the column named in formatColumn",
    )
    format_column: ColumnName | None = Field(default=None, alias="formatColumn")
    epoch: Literal["seconds", "milliseconds"] | None = Field(
        default=None, description="the timestamp is a number since 1970-01-01 UTC"
    )
    pattern: str | None = Field(default=None, description="regular expression for the whole value")
    minimum: float | None = None
    maximum: float | None = None
    max_length: int | None = Field(default=None, alias="maxLength")
    values: tuple[str, ...] = Field(default=(), description="the only values allowed, compared without case")
    true_values: tuple[str, ...] = Field(default=("true", "yes", "y", "1"), alias="trueValues")
    false_values: tuple[str, ...] = Field(default=("false", "no", "n", "0"), alias="falseValues")

    @field_validator("format", mode="before", json_schema_input_type=str | tuple[str, ...])
    @classmethod
    def _one_or_many(cls, value: object) -> object:
        return (value,) if isinstance(value, str) else value

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, value: str | None) -> str | None:
        if value is not None:
            try:
                re.compile(value)
            except re.error as error:
                raise ValueError(f"not a regular expression: {error}") from error
        return value

    @model_validator(mode="after")
    def _both_or_none(self) -> Self:
        if bool(self.format_by) != (self.format_column is not None):
            raise ValueError("formatBy and formatColumn go together")
        return self


class OnFail(Strict):
    """What happens to a row that breaks a promise, per kind of promise."""

    required: Outcome = "reject"
    type: Outcome = "reject"
    pattern: Outcome = "reject"
    range: Outcome = "reject"
    values: Outcome = "reject"
    future: Outcome = "warn"


class Property(Strict):
    """One column of an export."""

    name: ColumnName
    physical_name: str | None = Field(
        default=None,
        alias="physicalName",
        description="header in the file, or a JSON path such as $.requester.email; default: name",
    )
    aliases: tuple[str, ...] = Field(default=(), description="other headers the column has been seen under")
    description: str = ""
    logical_type: LogicalType = Field(default="string", alias="logicalType")
    logical_type_options: TypeOptions = Field(default_factory=TypeOptions, alias="logicalTypeOptions")
    required: bool = Field(default=False, description="a row without a value breaks the contract")
    optional_column: bool = Field(
        default=False, alias="optionalColumn", description="the whole column may be absent without a warning"
    )
    classification: Classification = "internal"
    semantic_type: SemanticType | None = Field(default=None, alias="semanticType")
    time_zone: str | None = Field(
        default=None, alias="timeZone", description="zone of times without offset; 'local': the mapping decides"
    )
    decimal_separator: Literal[".", ","] = Field(default=".", alias="decimalSeparator")
    trim_prefixes: tuple[str, ...] = Field(default=(), alias="trimPrefixes")
    null_values: tuple[str, ...] = Field(default=(), alias="nullValues")
    on_fail: OnFail = Field(default_factory=OnFail, alias="onFail")

    @field_validator("on_fail", mode="before", json_schema_input_type=Outcome | OnFail)
    @classmethod
    def _one_outcome_for_all(cls, value: object) -> object:
        if isinstance(value, str):
            return {kind: value for kind in OnFail.model_fields if kind != "future"}
        return value

    @property
    def source(self) -> str:
        """Header or JSON path in the delivered file."""
        return self.physical_name or self.name


class RowRule(Strict):
    """A promise across columns of one row: a SQL condition over the typed columns."""

    name: ColumnName
    description: str = ""
    must: str = Field(description="SQL condition that holds for every good row; null counts as held")
    on_fail: Outcome = Field(default="reject", alias="onFail")
    column: ColumnName | None = Field(default=None, description="the column that onFail: null clears")

    @model_validator(mode="after")
    def _null_needs_column(self) -> Self:
        if self.on_fail == "null" and self.column is None:
            raise ValueError("onFail: null needs the column that is to be cleared")
        return self


class BatchRule(Strict):
    """A promise about a whole delivery, judged by the quality gate."""

    metric: Literal["row_count", "null_share", "unique_share", "quarantine_share", "mean", "days_since_newest"]
    column: ColumnName | None = None
    minimum: float | None = None
    maximum: float | None = None
    severity: Literal["warn", "stop"] = "warn"

    @model_validator(mode="after")
    def _has_limits(self) -> Self:
        if self.minimum is None and self.maximum is None:
            raise ValueError("give minimum, maximum or both")
        if self.metric in {"null_share", "unique_share", "mean", "days_since_newest"} and self.column is None:
            raise ValueError(f"{self.metric} needs a column")
        return self


class Contract(Strict):
    """The promise about one export: its columns, its key, what a broken row leads to."""

    kind: Literal["contract"]
    name: ColumnName
    description: str
    key: tuple[ColumnName, ...] = Field(min_length=1, description="columns that name what a row speaks of")
    rows_per_key: Literal["one", "many"] = Field(
        default="one",
        alias="rowsPerKey",
        description="many: a delivery's rows with one key replace all earlier rows with it together",
    )
    version: ColumnName | None = Field(
        default=None, description="change time; the newest wins. Without it the later delivery wins"
    )
    properties: tuple[Property, ...] = Field(min_length=1)
    row_rules: tuple[RowRule, ...] = Field(default=(), alias="rowRules")
    quality: tuple[BatchRule, ...] = ()

    @model_validator(mode="after")
    def _names_fit(self) -> Self:
        names = [item.name for item in self.properties]
        for name in sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"property {name!r} stands twice")
        named: list[str | None] = [*self.key, self.version]
        named += [rule.column for rule in self.row_rules]
        named += [rule.column for rule in self.quality]
        named += [item.logical_type_options.format_column for item in self.properties]
        for used in named:
            if used is not None and used not in names:
                raise ValueError(f"{used!r} is not one of the properties ({', '.join(names)})")
        return self

    def find(self, name: str) -> Property:
        """The property called ``name``; ``KeyError`` when there is none."""
        return {item.name: item for item in self.properties}[name]


class TableProperty(Strict):
    """One column of a table that we make."""

    name: ColumnName
    type: str = Field(description="DuckDB type, e.g. VARCHAR, TIMESTAMP, DECIMAL(18,2), VARCHAR[]")
    description: str
    unit: str = ""
    required: bool = False
    classification: Classification = "internal"


class TableContract(Strict):
    """The promise about one canonical or published table."""

    kind: Literal["table"]
    name: ColumnName
    description: str
    grain: str
    key: tuple[ColumnName, ...] = ()
    layer: Literal["canonical", "identity", "profile", "segment", "run"]
    properties: tuple[TableProperty, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _key_fits(self) -> Self:
        names = {item.name for item in self.properties}
        for name in self.key:
            if name not in names:
                raise ValueError(f"key column {name!r} is not one of the properties")
        return self
