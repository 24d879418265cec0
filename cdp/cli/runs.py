"""cdp runs: what has been run and published."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from cdp.cli.options import Format, FormatOption, WorkspaceOption

app = typer.Typer(no_args_is_help=True, help="Look at runs: list them, show one, compare two, verify their files.")

_COLUMNS = (
    "run_id",
    "in_force",
    "business_date",
    "files",
    "rows_accepted",
    "rows_quarantined",
    "customers",
    "warnings",
    "parent",
)


@app.command("list")
def list_runs(workspace: WorkspaceOption = None, form: FormatOption = Format.table) -> None:
    """List kept runs, oldest first; the one in force is marked."""
    from cdp.cli.output import print_rows
    from cdp.runs import Store
    from cdp.serving import Rows
    from cdp.workspace import find_root

    store = Store(find_root(workspace) / "data")
    head = store.head()
    records = [
        {
            **item.counts,
            "run_id": item.run_id,
            "in_force": head is not None and item.run_id == head.run_id,
            "business_date": item.date,
            "parent": item.parent,
        }
        for item in store.history()
    ]
    print_rows(Rows.of(_COLUMNS, records), form, empty="no run yet; 'cdp run' makes the first")


@app.command("show")
def show(
    run: Annotated[
        str | None,
        typer.Argument(metavar="[RUN]", help="The run; by default the one in force.", show_default=False),
    ] = None,
    workspace: WorkspaceOption = None,
    form: FormatOption = Format.table,
) -> None:
    """Show the figures of one run, the rows of its tables, and its log."""
    from cdp.cli.output import note, print_json, print_rows
    from cdp.errors import NotFoundError
    from cdp.runs import Store
    from cdp.runs.parts import count_rows, table_names
    from cdp.serving import Rows
    from cdp.workspace import find_root

    store = Store(find_root(workspace) / "data")
    manifest = store.read(run) if run else store.head()
    if manifest is None:
        raise NotFoundError("nothing has been run yet", "'cdp run' makes the first run")
    figures: dict[str, Any] = {name: value for name, value in manifest.counts.items() if not isinstance(value, dict)}
    tables = {name: count_rows(manifest.tables, name) for name in table_names(manifest.tables)}
    if form is Format.json:
        about = {"run_id": manifest.run_id, "parent": manifest.parent, "business_date": manifest.date}
        page = store.data / "runs" / manifest.run_id / "quality" / "quality.html"
        print_json({**about, "as_of": manifest.as_of, "counts": figures, "tables": tables, "quality": str(page)})
        return
    listed = [("count", name, value) for name, value in sorted(figures.items())]
    listed += [("table", name, rows) for name, rows in tables.items()]
    print_rows(Rows(("of", "name", "figure"), listed), form, title=f"{manifest.run_id}, {manifest.date}")
    folder = store.data / "runs" / manifest.run_id
    paths = {"published": store.serve / manifest.published, "quality": folder / "quality" / "quality.html"}
    for name, path in {**paths, "log": folder / "run.log"}.items():
        note(f"{name}: {path}" if path.is_file() else f"{name}: {path} (gone)")


@app.command("verify")
def verify(
    run: Annotated[
        str | None,
        typer.Argument(metavar="[RUN]", help="The run; by default the one in force.", show_default=False),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Every kept run.")] = False,
    workspace: WorkspaceOption = None,
    form: FormatOption = Format.table,
) -> None:
    """Hold a run's files to its manifest: missing, changed or unreadable ones are listed.

    Exit code 1: something is wrong.
    """
    from cdp.cli.output import note, print_rows
    from cdp.runs.verify import verify as check
    from cdp.serving import Rows
    from cdp.workspace import load_workspace

    found = check(load_workspace(workspace), run, all_runs=every)
    print_rows(Rows(("run_id", "file", "fault"), list(found.faults)), form, empty="every file is as it was written")
    note(f"{found.files} files of {len(found.runs)} runs looked at, {found.size / 2**20:,.1f} MB")
    if found.faults:
        raise typer.Exit(1)


@app.command("diff")
def diff(
    before: Annotated[str, typer.Argument(metavar="BEFORE", help="The earlier run.", show_default=False)],
    after: Annotated[
        str | None,
        typer.Argument(metavar="[AFTER]", help="The later run; by default the one in force.", show_default=False),
    ] = None,
    workspace: WorkspaceOption = None,
    form: FormatOption = Format.table,
) -> None:
    """Compare two runs: rows per table, members per segment, customers."""
    from cdp.cli.output import print_rows
    from cdp.errors import NotFoundError
    from cdp.runs import Store
    from cdp.serving.diff import compare
    from cdp.workspace import find_root

    store = Store(find_root(workspace) / "data")
    later = store.read(after) if after else store.head()
    if later is None:
        raise NotFoundError("nothing has been run yet", "'cdp run' makes the first run")
    earlier = store.read(before)
    rows = compare(store.serve / earlier.published, store.serve / later.published)
    print_rows(rows, form, title=f"{earlier.run_id} → {later.run_id}")
