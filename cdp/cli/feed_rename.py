"""cdp feed rename: accept that an export calls a column by another name."""

from __future__ import annotations

from typing import Annotated

import typer

from cdp.cli.options import WorkspaceOption


def rename(
    feed: Annotated[str, typer.Argument(metavar="FEED", help="Name of the feed or contract.", show_default=False)],
    old: Annotated[str, typer.Argument(metavar="OLD", help="The column as it was called.", show_default=False)],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The column as it is called now.", show_default=False)],
    workspace: WorkspaceOption = None,
) -> None:
    """Accept a renamed column: NEW becomes an alias of OLD in the contract. Files with either name are read.

    The next run picks up a file that was stopped for it.
    """
    from cdp.cli.output import note, write
    from cdp.errors import NotFoundError
    from cdp.workspace import find_root, load_workspace
    from cdp.workspace.rename import rename_column

    root = find_root(workspace)
    loaded = load_workspace(root)
    contract = loaded.feeds[feed].contract if feed in loaded.feeds else feed
    path = root / f"schemas/exports/{contract}.yaml"
    if not path.is_file():
        raise NotFoundError(f"there is no feed {feed!r}", f"feeds are: {', '.join(sorted(loaded.feeds)) or 'none yet'}")
    name = rename_column(path, old, new)
    write(f"{path.relative_to(root)}: {name} may come as {new}")
    note("Files that were stopped for it are read by the next 'cdp run'.")
