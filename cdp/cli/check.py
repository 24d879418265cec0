"""cdp check: read every file of the workspace, tell all faults at once."""

from __future__ import annotations

import typer

from cdp.cli.options import Format, FormatOption, WorkspaceOption


def check(workspace: WorkspaceOption = None, form: FormatOption = Format.table) -> None:
    """Check cdp.toml, pipelines and schemas. Every fault is told with its file, line and key.

    Exit code 1 when there are faults.
    """
    from cdp.cli.output import counted, note, print_rows, write
    from cdp.serving import Rows
    from cdp.workspace import check_workspace, find_root

    root = find_root(workspace)
    loaded, faults = check_workspace(root)
    if form is Format.table:
        for fault in faults:
            write(str(fault))
    else:
        columns = ("file", "line", "key", "message", "allowed")
        print_rows(Rows(columns, [(str(f.file), f.line, f.key, f.message, f.allowed) for f in faults]), form)
    if loaded is None:
        note(f"{counted(len(faults), 'fault')} in {root}")
        raise typer.Exit(1)
    note(
        f"{root}: all is well ({len(loaded.plans)} feeds, {len(loaded.contracts)} contracts, "
        f"{len(loaded.tables)} tables, {len(loaded.segments)} segments)"
    )
