"""What a contract says of one column: its type, its limits, what it points to, what a broken promise leads to."""

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
    from_path: str | None = Field(
        default=None,
        alias="fromPath",
        description="a regular expression; where the column is absent or empty, what its first group (else the whole) "
        "finds in the file's path stands for it, e.g. the list that a file is named after",
    )
    optional_column: bool = Field(
        default=False,
        alias="optionalColumn",
        description="the whole column, of a key too, may be absent or empty without a warning",
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

    @model_validator(mode="before")
    @classmethod
    def _path_for_column(cls, content: object) -> object:
        """A column that the path stands for may be absent."""
        if isinstance(content, dict) and content.get("fromPath"):
            return {"optionalColumn": True, **content}
        return content

    @field_validator("from_path")
    @classmethod
    def _finds(cls, value: str | None) -> str | None:
        try:
            re.compile(value or "")
        except re.error as error:
            raise ValueError(f"not a regular expression: {error}") from error
        return value

    def in_path(self, path: str) -> str:
        """What stands for the column in rows of the file at this path, or nothing."""
        found = re.search(self.from_path, path) if self.from_path else None
        return (found[found.re.groups and 1] or "") if found else ""

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
