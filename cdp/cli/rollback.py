"""cdp rollback and cdp vacuum: go back to an earlier run; drop what is no longer needed."""

from __future__ import annotations

from typing import Annotated

import typer

from cdp.cli.options import WorkspaceOption


def rollback(
    run: Annotated[
        str | None,
        typer.Argument(metavar="[RUN]", help="The run to go back to; by default the one before.", show_default=False),
    ] = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Put an earlier run in force again. Files that later runs loaded count as unseen."""
    from cdp.cli.output import note, write
    from cdp.runs import rollback as go_back
    from cdp.workspace import load_workspace

    manifest = go_back(load_workspace(workspace), run)
    write(manifest.run_id)
    note(f"run {manifest.run_id} (business date {manifest.date}) is published again; 'cdp run' goes on from there")


def vacuum(workspace: WorkspaceOption = None) -> None:
    """Remove versions beyond the retention of cdp.toml, and files that no kept run needs."""
    from cdp.cli.output import note
    from cdp.runs import vacuum as clean
    from cdp.workspace import load_workspace

    done = clean(load_workspace(workspace))
    note(f"removed {len(done.runs)} runs and {done.files} files, {done.size / 1e6:.1f} MB")
