"""What a data contract says: one model for delivered exports, one for the tables we make.

Field names follow the Open Data Contract Standard where it has one; what a customer data platform
needs besides (aliases, identity, outcome of a broken promise) is ours.
"""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from cdp.contracts.columns import Classification as Classification
from cdp.contracts.columns import ColumnName as ColumnName
from cdp.contracts.columns import LogicalType as LogicalType
from cdp.contracts.columns import OnFail as OnFail
from cdp.contracts.columns import Outcome as Outcome
from cdp.contracts.columns import Property as Property
from cdp.contracts.columns import Reference as Reference
from cdp.contracts.columns import SemanticType as SemanticType
from cdp.contracts.columns import TimeZone as TimeZone
from cdp.contracts.columns import TypeOptions as TypeOptions
from cdp.contracts.documents import Strict


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
    one_per_key: bool = Field(
        default=False,
        alias="onePerKey",
        description="several feeds may know the same key: one row is made of theirs, the fuller ones first",
    )
    example: str = Field(default="", description="a question to the published table, as SQL")
    properties: tuple[TableProperty, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _key_fits(self) -> Self:
        names = {item.name for item in self.properties}
        for name in self.key:
            if name not in names:
                raise ValueError(f"key column {name!r} is not one of the properties")
        return self
