"""cdp run: the nightly pipeline, once."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cdp.cli.options import Format, FormatOption, WorkspaceOption

if TYPE_CHECKING:
    from cdp.runs import RunOutcome
    from cdp.workspace import Workspace


def run(
    inbox: Annotated[
        Path | None,
        typer.Option(
            "--inbox", metavar="DIR", help="Where exports lie; by default the inbox of cdp.toml.", show_default=False
        ),
    ] = None,
    business_date: Annotated[
        datetime | None,
        typer.Option(
            "--date", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="Business date; by default today.",
            show_default=False,
        ),
    ] = None,
    verify_incremental: Annotated[
        bool,
        typer.Option(
            "--verify-incremental",
            help="Resolve all records beside an incremental night too; if the two differ, nothing is published.",
        ),
    ] = False,
    workspace: WorkspaceOption = None,
    form: FormatOption = Format.table,
) -> None:  # fmt: skip
    """Load new exports, resolve identities, build profiles and segments, publish.

    The business date decides what counts as past. Exit code 4: published, but something needs a look.
    """
    from cdp.cli.output import note
    from cdp.cli.progress import shown_progress
    from cdp.runs import run as execute
    from cdp.workspace import load_workspace

    loaded = load_workspace(workspace, compiled=True)
    asked = business_date.date() if business_date else None
    with shown_progress() as progress:
        outcome = execute(
            loaded, inbox=inbox, business_date=asked, progress=progress, verify_incremental=verify_incremental
        )
    _report(loaded, outcome, asked, form)
    if verify_incremental and not outcome.published:
        note("Nothing was verified: without new rows there is no incremental night to compare with a full run.")
    if outcome.exit_code:
        raise typer.Exit(outcome.exit_code)


def _report(workspace: Workspace, outcome: RunOutcome, asked: date | None, form: Format) -> None:
    from cdp.cli.output import print_json, print_rows, write
    from cdp.cli.summary import summary_of, told
    from cdp.serving import Rows

    summary = summary_of(workspace, outcome, asked)
    if form is Format.json:
        print_json(summary)
    elif form is Format.csv:
        counts = summary["counts"]
        print_rows(Rows(("figure", "value"), sorted(counts.items())), form)
    else:
        write("\n".join(told(summary)))
