"""cdp kpi: figures of the business and how they are defined."""

from __future__ import annotations

from typing import Annotated

import typer

from cdp.cli.options import Format, FormatOption, WorkspaceOption

app = typer.Typer(no_args_is_help=True, help="Look at figures of the business and their definitions.")


@app.command("list")
def list_kpis(workspace: WorkspaceOption = None, form: FormatOption = Format.table) -> None:
    """List every KPI of the workspace with its unit and formula."""
    from cdp.cli.output import print_rows
    from cdp.serving import Rows
    from cdp.workspace import load_workspace

    groups = load_workspace(workspace).kpis
    rows = [(group.group, kpi.name, kpi.title, kpi.unit, kpi.formula) for group in groups for kpi in group.kpis]
    print_rows(Rows(("group", "kpi", "title", "unit", "formula"), rows), form)


@app.command("show")
def show(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="One KPI; without it all.", show_default=False)
    ] = None,
    history: Annotated[bool, typer.Option("--history", help="Every published business date, newest first.")] = False,
    workspace: WorkspaceOption = None,
    form: FormatOption = Format.table,
) -> None:
    """Print the published figures of the last business date."""
    from cdp.cli.output import print_rows
    from cdp.cli.published import open_reader
    from cdp.serving.kpis import kpis

    with open_reader(workspace) as reader:
        print_rows(kpis(reader, name, history=history), form)
