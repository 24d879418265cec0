"""cdp segment: list, count, look at and pull segments."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cdp.cli.options import Format, FormatOption, WorkspaceOption, rows_option

if TYPE_CHECKING:
    from cdp.activation import Audience

app = typer.Typer(no_args_is_help=True, help="Look at segments, and pull their members for a purpose.")

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="Name of the segment.", show_default=False)]


@contextmanager
def _explained(workspace: Path | None, name: str) -> Iterator[None]:
    """Say of a segment that is written but not published what is left to do."""
    from cdp.cli.published import business_date
    from cdp.errors import NotFoundError
    from cdp.workspace import find_root

    try:
        yield
    except NotFoundError as error:
        written = find_root(workspace) / "pipelines" / "segments"
        if name not in {path.stem for path in written.glob("*.yaml")}:
            raise
        raise NotFoundError(
            f"segment {name!r} stands in pipelines/segments/{name}.yaml, but no run has published it yet",
            f"'cdp check', then 'cdp run --date {business_date(workspace)}' (the published date) publishes it",
        ) from error


class PurposeChoice(StrEnum):
    """What a pull is for."""

    email = "email"
    sms = "sms"
    push = "push"
    analysis = "analysis"


@app.command("list")
def list_segments(workspace: WorkspaceOption = None, form: FormatOption = Format.table) -> None:
    """List published segments with their number of members."""
    from cdp.cli.output import print_rows
    from cdp.cli.published import open_reader
    from cdp.serving.lookups import segments

    with open_reader(workspace) as reader:
        print_rows(segments(reader), form)


@app.command("count")
def count(name: NameArgument, workspace: WorkspaceOption = None, form: FormatOption = Format.table) -> None:
    """Print the number of members of a segment."""
    from cdp.cli.output import print_rows, write
    from cdp.cli.published import open_reader
    from cdp.serving import Rows
    from cdp.serving.lookups import segment_count

    with _explained(workspace, name), open_reader(workspace) as reader:
        members = segment_count(reader, name)
    if form is Format.table:
        write(str(members))
    else:
        print_rows(Rows(("segment", "count_members"), [(name, members)]), form)


@app.command("preview")
def preview(
    name: NameArgument,
    workspace: WorkspaceOption = None,
    form: FormatOption = Format.table,
    limit: Annotated[int | None, rows_option(20)] = None,
) -> None:
    """Show members of a segment with what describes them, without contact data."""
    from cdp.cli.output import print_rows
    from cdp.cli.published import open_reader
    from cdp.serving.lookups import segment_members

    with _explained(workspace, name), open_reader(workspace) as reader:
        print_rows(segment_members(reader, name), form, limit=limit, shown=20, empty="the segment has no member")


@app.command("pull")
def pull(
    name: NameArgument,
    purpose: Annotated[
        PurposeChoice,
        typer.Option(
            "--for", help="What it is for: a message in a channel, or analysis without contacts.", show_default=False
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="FILE", help="CSV file; by default stdout.", show_default=False),
    ] = None,
    workspace: WorkspaceOption = None,
    form: FormatOption = Format.csv,
) -> None:
    """Write the members who may be contacted that way, as CSV; say who was left out and why.

    Only members with consent and a contact for the channel are written, each contact once; for push every device of a
    member, one per row. The folder of FILE is made when it is missing.
    """
    from cdp.cli.output import note, print_rows
    from cdp.serving import Rows, open_published

    with _explained(workspace, name), open_published(workspace or Path.cwd()) as published:
        audience = published.pull(name, purpose.value)
    if out is not None:
        from cdp.activation import write_audience

        is_new = not out.parent.is_dir()
        write_audience(audience, out)
        note(f"wrote {out}" + (f" (the folder {out.parent} is new)" if is_new else ""))
    elif form is Format.csv:
        audience.members.to_csv(sys.stdout, index=False, lineterminator="\n")
    else:
        members = audience.members.astype(object).where(audience.members.notna(), None)
        print_rows(Rows(tuple(members.columns), list(members.itertuples(index=False, name=None))), form)
    _tell(audience)


def _tell(audience: Audience) -> None:
    from cdp.activation import LEFT_OUT_REASONS
    from cdp.cli.output import counted, note

    total = audience.count_customers + len(audience.left_out)
    devices = f", {counted(len(audience.members), 'device')}" if audience.purpose == "push" else ""
    note(f"{audience.segment} for {audience.purpose}: {audience.count_customers} of {total} members{devices}")
    for reason, members in audience.reasons().items():
        note(f"  left out: {members} ({reason}: {LEFT_OUT_REASONS[reason]})")
