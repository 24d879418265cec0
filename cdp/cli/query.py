"""cdp query: plain SQL on the published tables."""

from __future__ import annotations

from typing import Annotated

import typer

from cdp.cli.options import Format, FormatOption, WorkspaceOption, rows_option

_SHOWN = 100


def query(
    sql: Annotated[str, typer.Argument(metavar="SQL", help="A select; '-' reads it from stdin.", show_default=False)],
    workspace: WorkspaceOption = None,
    form: FormatOption = Format.table,
    limit: Annotated[int | None, rows_option(_SHOWN)] = None,
) -> None:
    """Answer a SQL query from the published tables, read-only.

    'show tables' lists them, 'describe profiles' tells the columns of one.
    """
    import sys

    from cdp.cli.output import print_rows
    from cdp.cli.published import open_reader

    text = sys.stdin.read() if sql == "-" else sql
    with open_reader(workspace) as reader:
        print_rows(reader.fetch(text), form, limit=limit, shown=_SHOWN)
