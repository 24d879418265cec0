"""What a data contract says: one model for delivered exports, one for the tables we make.

Field names follow the Open Data Contract Standard where it has one; what a customer data platform
needs besides (aliases, identity, outcome of a broken promise) is ours.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, StringConstraints, field_validator, model_validator

from cdp.contracts.documents import Strict


def _known_zone(name: str) -> str:
    try:
        return name if name == "local" else ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"{name!r} is not a time zone; e.g. UTC, Europe/London") from error


ColumnName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
LogicalType = Literal["string", "integer", "number", "boolean", "date", "timestamp", "object", "array"]
Classification = Literal["public", "internal", "personal", "sensitive"]
TimeZone = Annotated[str, AfterValidator(_known_zone)]
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
    format_column: ColumnName | None = Field(
        default=None, alias="formatColumn", description="the column whose value chooses among formatBy"
    )
    epoch: Literal["seconds", "milliseconds", "microseconds"] | None = Field(
        default=None, description="the timestamp is a number since 1970-01-01 UTC"
    )
    money_text: bool = Field(
        default=False,
        alias="moneyText",
        description="a number may carry a currency sign or code, groups of thousands, and brackets or a trailing "
        "minus when it is negative: $1,234.50",
    )
    pattern: str | None = Field(default=None, description="regular expression for the whole value")
    minimum: float | None = Field(default=None, description="least value of a number")
    maximum: float | None = Field(default=None, description="greatest value of a number")
    scale: int = Field(default=4, ge=0, le=12, description="digits after the decimal point that a number keeps")
    earliest: date | None = Field(default=None, description="first day that a date or time may lie on")
    latest: date | None = Field(default=None, description="last day that a date or time may lie on")
    max_length: int | None = Field(default=None, alias="maxLength", description="characters at most")
    values: tuple[str, ...] = Field(default=(), description="the only values allowed, compared without case")
    true_values: tuple[str, ...] = Field(
        default=("true", "yes", "y", "1"), alias="trueValues", description="spellings of true, in small letters"
    )
    false_values: tuple[str, ...] = Field(
        default=("false", "no", "n", "0"), alias="falseValues", description="spellings of false, in small letters"
    )

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

    required: Outcome = Field(default="reject", description="the value is missing")
    type: Outcome = Field(default="reject", description="the text is not of the logical type")
    pattern: Outcome = Field(default="reject", description="it does not match the pattern")
    range: Outcome = Field(
        default="reject", description="it is outside of minimum, maximum, earliest, latest or maxLength"
    )
    values: Outcome = Field(default="reject", description="it is none of the values allowed")
    unique: Outcome = Field(default="reject", description="an earlier row of the file with another key has it")
    currency: Outcome = Field(default="reject", description="the amount is in another currency")
    reference: Outcome = Field(default="warn", description="the feed named in references has no such value")
    future: Outcome = Field(default="warn", description="a date or time lies after the business date")


class Reference(Strict):
    """A foreign key: what another feed must have delivered."""

    feed: ColumnName = Field(description="the other feed")
    column: ColumnName = Field(description="its column that holds the value")


class Property(Strict):
    """One column of an export."""

    name: ColumnName = Field(description="what the column is called in SQL")
    physical_name: str | None = Field(
        default=None,
        alias="physicalName",
        description="header in the file, or a JSON path such as $.requester.email; default: name",
    )
    aliases: tuple[str, ...] = Field(default=(), description="other headers the column has been seen under")
    description: str = ""
    logical_type: LogicalType = Field(default="string", alias="logicalType")
    logical_type_options: TypeOptions = Field(
        default_factory=TypeOptions, alias="logicalTypeOptions", description="formats and limits"
    )
    required: bool = Field(default=False, description="a row without a value breaks the contract")
    unique: bool = Field(default=False, description="within a file, rows of two keys never have the same value")
    references: Reference | None = Field(
        default=None, description="the value is one that another feed has delivered; not held while it has no rows"
    )
    joins: tuple[ColumnName, ...] = Field(
        default=(), description="no column of the file: the texts of these columns, joined by a blank"
    )
    optional_column: bool = Field(
        default=False, alias="optionalColumn", description="the whole column, of a key too, may be absent or empty without a warning"
    )
    classification: Classification = Field(default="internal", description="who may see it; for people and tools")
    semantic_type: SemanticType | None = Field(
        default=None, alias="semanticType", description="what it is about; for people and tools"
    )
    time_zone: TimeZone | None = Field(
        default=None,
        alias="timeZone",
        description="zone of times without offset; 'local': by localZone, else the mapping decides",
    )
    currency: str | None = Field(
        default=None,
        pattern="^[A-Z]{3}$",
        description="ISO 4217 code of the amounts; one that is written with another code or sign breaks the promise",
    )
    decimal_separator: Literal[".", ","] = Field(
        default=".", alias="decimalSeparator", description="with ',' points may group thousands: 1.234,50"
    )
    trim_prefixes: tuple[str, ...] = Field(
        default=(), alias="trimPrefixes", description="characters to take off the front of the value"
    )
    null_values: tuple[str, ...] = Field(
        default=(), alias="nullValues", description="spellings of nothing; empty always is one"
    )
    on_fail: OnFail = Field(
        default_factory=OnFail,
        alias="onFail",
        description="what a broken promise leads to: one outcome for all but future and reference, or one per kind",
    )

    @field_validator("on_fail", mode="before", json_schema_input_type=Outcome | OnFail)
    @classmethod
    def _one_outcome_for_all(cls, value: object) -> object:
        if isinstance(value, str):
            return {kind: value for kind in OnFail.model_fields if kind not in {"future", "reference"}}
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
    on_fail: Outcome = Field(default="reject", alias="onFail", description="what a broken rule leads to")
    column: ColumnName | None = Field(default=None, description="the column that onFail: null clears")

    @model_validator(mode="after")
    def _null_needs_column(self) -> Self:
        if self.on_fail == "null" and self.column is None:
            raise ValueError("onFail: null needs the column that is to be cleared")
        return self


class BatchRule(Strict):
    """A promise about a whole delivery, judged by the quality gate."""

    metric: Literal["row_count", "null_share", "unique_share", "quarantine_share", "mean", "days_since_newest"]
    column: ColumnName | None = Field(default=None, description="not for row_count and quarantine_share")
    minimum: float | None = Field(default=None, description="least value allowed; shares lie between 0 and 1")
    maximum: float | None = Field(default=None, description="greatest value allowed")
    severity: Literal["warn", "stop"] = Field(default="warn", description="stop: nothing is published")

    @model_validator(mode="after")
    def _has_limits(self) -> Self:
        if self.minimum is None and self.maximum is None:
            raise ValueError("give minimum, maximum or both")
        if self.metric in {"null_share", "unique_share", "mean", "days_since_newest"} and self.column is None:
            raise ValueError(f"{self.metric} needs a column")
        return self


class LocalZone(Strict):
    """Where the zone of times in ``timeZone: local`` stands: in the row itself, or in a table such as stores."""

    column: ColumnName = Field(description="the column that names the zone, or with a table the one that points there")
    table: ColumnName | None = Field(default=None, description="a canonical table, e.g. stores")
    key: ColumnName = Field(default="store_id", description="the table's column that it points to")
    zone: ColumnName = Field(default="time_zone", description="the table's column that holds the name of the zone")
    otherwise: TimeZone = Field(default="UTC", description="the zone where none is found")


class Derived(Strict):
    """A column that mappings see besides those of the file."""

    name: ColumnName
    description: str = ""
    expression: str = Field(description="SQL over the typed columns, with times in UTC, and over derived ones above it")


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
    equal_rows: Literal["one", "each"] = Field(
        default="one",
        alias="equalRows",
        description="with rowsPerKey many: rows of one key that are equal in a delivery are copies and count once, or "
        "are lines of their own and count each",
    )
    version: ColumnName | None = Field(
        default=None, description="change time; the newest wins. Without it the later delivery wins"
    )
    deleted_when: str | None = Field(
        default=None,
        alias="deletedWhen",
        description="SQL condition over the typed columns; a row that fulfils it takes back all rows of its key",
    )
    time_zone: TimeZone | None = Field(
        default=None, alias="timeZone", description="for all columns that name no timeZone of their own"
    )
    local_zone: LocalZone | None = Field(
        default=None, alias="localZone", description="turns times in timeZone: local into UTC before mappings see them"
    )
    properties: tuple[Property, ...] = Field(min_length=1)
    derived: tuple[Derived, ...] = Field(default=(), description="columns that mappings see besides, said once")
    row_rules: tuple[RowRule, ...] = Field(
        default=(), alias="rowRules", description="promises across columns of one row"
    )
    quality: tuple[BatchRule, ...] = Field(default=(), description="promises about a whole delivery")

    @model_validator(mode="before")
    @classmethod
    def _zone_for_all(cls, content: object) -> object:
        """Times without a zone of their own get the contract's."""
        zone = content.get("timeZone") if isinstance(content, dict) else None
        if not isinstance(content, dict) or not zone or not isinstance(content.get("properties"), list):
            return content
        columns = [
            {"timeZone": zone} | item if isinstance(item, dict) and item.get("logicalType") == "timestamp" else item
            for item in content["properties"]
        ]
        return content | {"properties": columns}

    @model_validator(mode="after")
    def _names_fit(self) -> Self:
        names = [item.name for item in self.properties]
        for name in sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"property {name!r} stands twice")
        named: list[str | None] = [*self.key, self.version]
        named += [rule.column for rule in self.row_rules]
        named += [rule.column for rule in self.quality]
        named += [item.logical_type_options.format_column for item in self.properties]
        named += [part for item in self.properties for part in item.joins]
        named += [self.local_zone.column] if self.local_zone else []
        for used in named:
            if used is not None and used not in names:
                raise ValueError(f"{used!r} is not one of the properties ({', '.join(names)})")
        for item in self.derived:
            if item.name in names:
                raise ValueError(f"derived column {item.name!r} is a property already")
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
    layer: Literal["canonical", "identity", "profile", "measure", "segment", "run"]
    example: str = Field(default="", description="a question to the published table, as SQL")
    properties: tuple[TableProperty, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _key_fits(self) -> Self:
        names = {item.name for item in self.properties}
        for name in self.key:
            if name not in names:
                raise ValueError(f"key column {name!r} is not one of the properties")
        return self
