"""What a feed.yaml says: which files, in which form, under which contract, into which tables."""

from __future__ import annotations

import codecs
import re
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from cdp.contracts import Strict
from cdp.contracts.model import ColumnName


class CsvForm(Strict):
    """Delimited text of any dialect and encoding."""

    type: Literal["csv"]
    delimiter: str = Field(default=",", min_length=1, max_length=1, description="what stands between values")
    quote: str = Field(default='"', min_length=1, max_length=1, description="what encloses a value; doubled inside it")
    encoding: str = Field(default="utf-8", description="of the text, e.g. utf-8, cp1252, utf-16")

    @field_validator("encoding")
    @classmethod
    def _known(cls, value: str) -> str:
        try:
            codecs.lookup(value)
        except LookupError as error:
            raise ValueError(f"{value!r} is not an encoding; e.g. utf-8, cp1252, utf-16") from error
        return value


class JsonLinesForm(Strict):
    """One JSON object per line."""

    type: Literal["jsonl"]
    encoding: str = Field(default="utf-8", description="of the text, e.g. utf-8, cp1252, utf-16")


class ParquetForm(Strict):
    """Parquet, read by the engine itself."""

    type: Literal["parquet"]


class ExcelForm(Strict):
    """One sheet of an Excel workbook."""

    type: Literal["excel"]
    sheet: str | None = Field(default=None, description="name of the sheet; by default the first that is not hidden")


class Restatement(Strict):
    """What a file of a feed replaces besides the rows whose keys it holds."""

    by: Literal["name", "column", "all"] = Field(
        description="name: the rows of files of the same name; column: the rows that agree with the file's in a "
        "column, such as a business day; all: every row, the file is a whole list"
    )
    pattern: str | None = Field(
        default=None,
        description="by name: a regular expression; files in whose path it finds the same text have the same name",
    )
    column: ColumnName | None = Field(default=None, description="by column: which one; of a time its day counts")

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, value: str | None) -> str | None:
        try:
            re.compile(value or "")
        except re.error as error:
            raise ValueError(f"not a regular expression: {error}") from error
        return value

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if (self.by == "column") != (self.column is not None):
            raise ValueError("by: column and a column go together")
        if self.pattern is not None and self.by != "name":
            raise ValueError("a pattern goes with by: name")
        return self


class Feed(Strict):
    """One recurring export from one source."""

    feed: ColumnName
    description: str
    source: str = Field(description="the system it comes from, e.g. till, web shop, app")
    files: tuple[str, ...] = Field(min_length=1, description="globs below the inbox, at any depth")
    members: tuple[str, ...] = Field(
        default=(),
        alias="member",
        description="which members of a zip archive belong to the feed, as globs; each is read and accounted for alone",
    )
    form: Annotated[CsvForm | JsonLinesForm | ParquetForm | ExcelForm, Field(discriminator="type")] = Field(
        description="how to read the files; packed ones are recognised by their content"
    )
    contract: ColumnName = Field(description="the file of that name in schemas/exports")
    tables: tuple[ColumnName, ...] = Field(
        min_length=1, description="canonical tables, each made by the SQL file of that name beside feed.yaml"
    )
    restates: Restatement | None = Field(
        default=None, description="what a file takes back besides; without it rows stay until a newer one of their key"
    )
    key_pattern: str | None = Field(
        default=None,
        alias="keyPattern",
        description="what the first key column looks like; finds the next good record after an open quote",
    )

    skip_lines: str | None = Field(
        default=None,
        alias="skipLines",
        description="a regular expression; lines that begin with it are no rows, such as titles and totals",
    )

    @field_validator("skip_lines")
    @classmethod
    def _is_pattern(cls, value: str | None) -> str | None:
        try:
            matches = re.compile(value or "-").match("")
        except re.error as error:
            raise ValueError(f"not a regular expression: {error}") from error
        if matches:
            raise ValueError("it fits every line")
        return value

    @field_validator("members", mode="before", json_schema_input_type=str | tuple[str, ...])
    @classmethod
    def _one_or_many(cls, value: object) -> object:
        return (value,) if isinstance(value, str) else value
