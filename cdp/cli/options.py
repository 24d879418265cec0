"""Options that commands share."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer


class Format(StrEnum):
    """How results are printed: for people, or for programs."""

    table = "table"
    json = "json"
    csv = "csv"


WorkspaceOption = Annotated[
    Path | None,
    typer.Option(
        "--workspace",
        "-w",
        metavar="DIR",
        help="The workspace; by default found from here upwards.",
        show_default=False,
    ),
]
FormatOption = Annotated[
    Format, typer.Option("--format", "-f", help="Print a table for people, or JSON or CSV for programs.")
]


def rows_option(shown: int) -> Any:
    """--limit of a command that lists rows: a table shows ``shown`` by default, programs get all."""
    words = f"Rows at most; 0 means all. By default {shown} in tables, all in JSON and CSV."
    return typer.Option("--limit", "-n", min=0, help=words, show_default=False)


AsOfOption = Annotated[
    datetime | None,
    typer.Option(
        "--as-of",
        formats=["%Y-%m-%d"],
        metavar="YYYY-MM-DD",
        help="Answer as of the end of that business date: from the last run up to it that is still kept.",
        show_default=False,
    ),
]
LimitOption = Annotated[int, typer.Option("--limit", "-n", min=0, help="Rows at most; 0 means all.")]
ByOption = Annotated[
    str | None,
    typer.Option("--by", metavar="NAME", help="Who decides; by default the user logged in.", show_default=False),
]
ReasonOption = Annotated[
    str | None, typer.Option("--reason", "-r", metavar="TEXT", help="Why; it is kept and shown.", show_default=False)
]


def pairs(option: str, given: Sequence[str], example: str) -> dict[str, str]:
    """What stands on both sides of the last ``=``, by the left one. Raises ``UsageError`` where a side is empty."""
    from cdp.errors import UsageError

    found = {}
    for text in given:
        name, sign, said = text.rpartition("=")
        if not sign or not name or not said:
            raise UsageError(f"{option} {text} is not COLUMN=MEANING", f"for example {option} {example}")
        found[name] = said
    return found
