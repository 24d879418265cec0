"""cdp feed reload: have all files of a feed read anew."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cdp.cli.options import ByOption, WorkspaceOption

_LOADED = """
select file_id, any_value(file order by run_id)
from source_files
where feed = $feed and status = 'loaded'
group by file_id
"""


def reload(
    feed: Annotated[str, typer.Argument(metavar="FEED", help="Name of the feed.", show_default=False)],
    undo: Annotated[bool, typer.Option("--undo", help="Take back a wish that no run has taken up yet.")] = False,
    inbox: Annotated[
        Path | None,
        typer.Option(
            "--inbox", metavar="DIR", help="Where its files lie; by default the inbox of cdp.toml.", show_default=False
        ),
    ] = None,
    by: ByOption = None,
    workspace: WorkspaceOption = None,
) -> None:  # fmt: skip
    """Have the next run read all files of a feed anew, as feed.yaml and contract say by then.

    For files that were read with a wrong encoding, delimiter or skipLines: a known file is not read twice by itself.
    All loaded files must still lie in the inbox. The rows they give now replace those they gave before.
    """
    from cdp.cli.output import counted, write
    from cdp.cli.published import open_reader
    from cdp.cli.steward import actor, control
    from cdp.errors import NotFoundError, UsageError
    from cdp.ingest.discover import by_path, discover
    from cdp.runs import Store
    from cdp.workspace import load_workspace

    loaded = load_workspace(workspace)
    if feed not in loaded.feeds:
        raise NotFoundError(f"there is no feed {feed!r}", f"feeds are: {', '.join(sorted(loaded.feeds)) or 'none yet'}")
    if undo:
        head = Store(loaded.data).head()
        count = control(loaded.root).withdraw_reload(feed, after=head.reloaded if head else 0)
        if not count:
            raise NotFoundError(f"no wish to read {feed} anew is open", "a run has taken it up, or nobody asked")
        write(f"{counted(count, 'wish', 'wishes')} to read {feed} anew taken back")
        return
    with open_reader(loaded.root) as reader:
        known = dict(reader.fetch(_LOADED, {"feed": feed}).rows)
    found = discover(inbox or loaded.inbox, [loaded.feeds[feed]])
    there = {item.file_id for item in by_path(found, loaded.feeds, loaded.contracts)}
    gone = sorted(name for file_id, name in known.items() if file_id not in there)
    if not known:
        raise NotFoundError(f"no file of {feed} has been loaded yet", "'cdp run' reads what lies in the inbox")
    if gone:
        raise UsageError(
            f"{counted(len(gone), 'file')} of {feed} lie no longer in the inbox: {', '.join(gone[:5])}"
            + (", …" if len(gone) > 5 else ""),
            "all files are read anew, in their order: put these back first",
        )
    control(loaded.root).ask_reload(feed, actor=actor(by))
    write(f"{counted(len(known), 'file')} of {feed} will be read anew by the next run ('cdp run')")
