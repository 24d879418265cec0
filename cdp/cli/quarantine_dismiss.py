"""cdp quarantine dismiss: put away refused rows that will never be right; they stay counted."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cdp.cli.options import ByOption, Format, FormatOption, WorkspaceOption

if TYPE_CHECKING:
    from cdp.serving import Reader

FeedOption = Annotated[
    str | None, typer.Option("--feed", metavar="FEED", help="Only rows of this feed.", show_default=False)
]
PlaceArgument = Annotated[
    str | None, typer.Argument(metavar="[FILE[:LINE]]", help="File, or file and line.", show_default=False)
]
ReasonOption = Annotated[
    str | None,
    typer.Option(
        "--reason", "-r", metavar="CODE", help="Only rows with this reason code, or kind of it.", show_default=False
    ),
]


def dismiss(
    file: PlaceArgument = None,
    feed: FeedOption = None,
    reason: ReasonOption = None,
    because: Annotated[
        str, typer.Option("--because", metavar="TEXT", help="Why they will never be right.", show_default=False)
    ] = "",
    undo: Annotated[
        int | None,
        typer.Option("--undo", metavar="ID", help="Take a dismissal back: its rows are listed again.",
                     show_default=False),
    ] = None,
    by: ByOption = None,
    workspace: WorkspaceOption = None,
    form: FormatOption = Format.table,
) -> None:  # fmt: skip
    """Put away refused rows that will never be right: no longer listed, warned of or tried again.

    They stay in quarantine_rows and in the ledger's count; the same row of the same feed stays dismissed when it is
    delivered again. Signed, with a reason, and undone with --undo.
    """
    from cdp.cli.output import counted, print_json, write
    from cdp.cli.published import open_reader
    from cdp.cli.steward import actor, control
    from cdp.errors import NotFoundError, UsageError
    from cdp.ingest.ledger import digest_of
    from cdp.serving.lookups import quarantine
    from cdp.workspace.dismissals import Dismissals

    book = Dismissals(control(workspace))
    if undo is not None:
        taken = book.undo(undo, actor=actor(by))
        said = f"dismissal {undo} is undone: {counted(taken.count_rows, 'row')} listed again"
    else:
        if not because.strip():
            raise UsageError("a dismissal needs its reason", "say why with --because")
        name, line = place_of(file)
        if name is None and feed is None and reason is None:
            raise UsageError(
                "which rows?", "name FILE, FILE:LINE, --feed or --reason; 'cdp quarantine list' shows them"
            )
        with open_reader(workspace) as reader:
            must_know_feed(reader, feed, workspace)
            rows = list(quarantine(reader, feed, name, line, reason, dismissed=book.digests()))
        if not rows:
            raise NotFoundError("no refused row waits there", "'cdp quarantine list' shows what waits")
        digests = [digest_of(str(row["feed"]), str(row["raw"])) for row in rows]
        taken = book.add(
            digests, actor=actor(by), because=because, feed=feed, file=name, line=line, reason=reason
        )  # fmt: skip
        said = (
            f"dismissal {taken.dismissal_id}: {counted(len(rows), 'row')} put away; they stay counted in the ledger "
            f"('cdp quarantine dismiss --undo {taken.dismissal_id}' brings them back)"
        )
    if form is Format.table:
        write(said)
    else:
        print_json({"dismissal_id": taken.dismissal_id, "count_rows": taken.count_rows, "undone": undo is not None})


def list_dismissals(workspace: WorkspaceOption = None, form: FormatOption = Format.table) -> None:
    """List what was dismissed: which rows, how many, by whom, when and why; undone ones too."""
    from cdp.cli.output import print_rows
    from cdp.cli.steward import control
    from cdp.serving import Rows
    from cdp.workspace.dismissals import Dismissal, Dismissals

    found = [item.__dict__ for item in Dismissals(control(workspace)).all()]
    print_rows(Rows.of(tuple(Dismissal.__dataclass_fields__), found), form, empty="nothing is dismissed")


def dismissed_rows(workspace: Path | None) -> frozenset[str]:
    """What dismissed rows are known by."""
    from cdp.cli.steward import control
    from cdp.workspace.dismissals import Dismissals

    return Dismissals(control(workspace)).digests()


def must_know_feed(reader: Reader, feed: str | None, workspace: Path | None) -> None:
    """Raise ``NotFoundError`` for a feed that nobody has heard of."""
    from cdp.errors import NotFoundError
    from cdp.workspace import find_root

    delivered = {str(row["feed"]) for row in reader.fetch("select feed from source_files where feed is not null")}
    feeds = delivered | {path.parent.name for path in find_root(workspace).glob("pipelines/feeds/*/feed.yaml")}
    if feed is not None and feed not in feeds:
        raise NotFoundError(f"there is no feed {feed!r}", f"feeds are: {', '.join(sorted(feeds))}")


def place_of(file: str | None) -> tuple[str | None, int | None]:
    """``FILE`` or ``FILE:LINE`` taken apart."""
    name, _, line = (file or "").rpartition(":")
    if name and line.isdigit():
        return name, int(line)
    return file, None
