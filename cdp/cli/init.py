"""cdp init: make a new workspace."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new or an empty folder.", show_default=False)],
    empty: Annotated[
        bool, typer.Option("--empty", help="Without feeds, segments and sample data, for exports of your own.")
    ] = False,
) -> None:
    """Copy the reference workspace, with its sample data, into DIR.

    Refuses a folder that holds anything (exit code 2).
    """
    from cdp.cli.output import note, write
    from cdp.workspace.init import init_workspace

    made = init_workspace(folder, empty=empty)
    write(str(made))
    if empty:
        note(
            f"An empty workspace is ready. First set time_zone and currency in {folder}/cdp.toml: they decide where "
            "days end,\nhow times without an offset are read, and in which money everything is added up.\n"
            f"Then put exports into {folder}/data/inbox:\n"
            f"  cd {folder}\n"
            "  cdp feed add data/inbox/FILE   (or cdp feed presets)\n"
            "  cdp feed check FEED\n"
            "  cdp run"
        )
        return
    note(
        f"A workspace is ready. Next:\n"
        f"  cd {folder}\n"
        "  cdp check\n"
        "  cdp run --inbox data/sample/inbox/night1 --date 2026-05-31\n"
        "  cdp run --inbox data/sample/inbox/night2 --date 2026-06-01\n"
        "  cdp segment list"
    )
