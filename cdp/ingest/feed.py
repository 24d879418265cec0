"""What a feed.yaml says: which files, in which form, under which contract, into which tables."""

from __future__ import annotations

import codecs
from typing import Annotated, Literal

from pydantic import Field, field_validator

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
    form: Annotated[CsvForm | JsonLinesForm | ParquetForm, Field(discriminator="type")] = Field(
        description="how to read the files; packed ones are recognised by their content"
    )
    contract: ColumnName = Field(description="the file of that name in schemas/exports")
    tables: tuple[ColumnName, ...] = Field(
        min_length=1, description="canonical tables, each made by the SQL file of that name beside feed.yaml"
    )
    key_pattern: str | None = Field(
        default=None,
        alias="keyPattern",
        description="what the first key column looks like; finds the next good record after an open quote",
    )

    @field_validator("members", mode="before", json_schema_input_type=str | tuple[str, ...])
    @classmethod
    def _one_or_many(cls, value: object) -> object:
        return (value,) if isinstance(value, str) else value
