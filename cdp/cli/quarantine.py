"""cdp quarantine: rows that were refused, where they stand and why; try them again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cdp.cli.options import ByOption, Format, FormatOption, WorkspaceOption, rows_option

if TYPE_CHECKING:
    from pathlib import Path

    from cdp.serving import Reader, Rows

app = typer.Typer(
    no_args_is_help=True, help="Look at refused rows: where they stand, why, their raw content. Try them again."
)

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
_SHOWN = 100
_BY_REASON = """
select
    file,
    feed,
    run_id,
    reason_code,
    count(*) as count_rows,
    min(line) as first_line,
    any_value(detail order by line) as detail
from (select *, unnest(reason_codes) as reason_code from quarantine_rows)
where ($feed is null or feed = $feed)
    and ($reason is null or $reason in (reason_code, split_part(reason_code, ':', 1)))
group by file, feed, run_id, reason_code
order by run_id, file, count_rows desc, reason_code
"""


@app.command("list")
def list_refused(
    feed: FeedOption = None,
    reason: ReasonOption = None,
    workspace: WorkspaceOption = None,
    form: FormatOption = Format.table,
    limit: Annotated[int | None, rows_option(_SHOWN)] = None,
) -> None:
    """Count refused rows by file and reason."""
    from cdp.cli.output import note, print_rows
    from cdp.cli.published import open_reader

    with open_reader(workspace) as reader:
        _refuse_unknown(reader, feed, workspace)
        rows = reader.fetch(_BY_REASON, {"feed": feed, "reason": reason})
    print_rows(rows, form, limit=limit, shown=_SHOWN, empty="no refused row waits")
    if len(rows) and form is Format.table:
        note("'cdp quarantine show FILE' shows the rows themselves, 'cdp quarantine retry' tries them again")


@app.command("show")
def show(
    file: PlaceArgument = None,
    feed: FeedOption = None,
    reason: ReasonOption = None,
    workspace: WorkspaceOption = None,
    form: FormatOption = Format.table,
    limit: Annotated[int | None, rows_option(_SHOWN)] = None,
) -> None:
    """Show refused rows with their physical line, reasons and raw content."""
    from cdp.cli.output import print_rows
    from cdp.cli.published import open_reader
    from cdp.errors import NotFoundError
    from cdp.serving.lookups import quarantine

    name, line = _place(file)
    with open_reader(workspace) as reader:
        _refuse_unknown(reader, feed, workspace)
        rows = quarantine(reader, feed, name, line, reason)
    if not len(rows):
        raise NotFoundError("no refused row there", "'cdp quarantine list' shows files with refused rows")
    if form is Format.table:
        _print_refused(rows, _SHOWN if limit is None else limit)
    else:
        print_rows(rows, form, limit=limit)


@app.command("retry")
def retry(
    file: PlaceArgument = None,
    feed: FeedOption = None,
    reason: ReasonOption = None,
    by: ByOption = None,
    workspace: WorkspaceOption = None,
    form: FormatOption = Format.table,
) -> None:
    """Have refused rows tried again by the next run, under the contract as it is then.

    Rows that pass leave quarantine: accepted, or as duplicate or superseded where the same row or a newer one is
    known by now. The others stay, with the reasons they have then. Without arguments: all rows that wait.
    """
    from cdp.cli.output import counted, print_json, write
    from cdp.cli.published import open_reader
    from cdp.cli.steward import actor, control
    from cdp.errors import NotFoundError
    from cdp.serving.lookups import quarantine

    name, line = _place(file)
    with open_reader(workspace) as reader:
        _refuse_unknown(reader, feed, workspace)
        rows = list(quarantine(reader, feed, name, line, reason))
    if not rows:
        raise NotFoundError("no refused row waits there", "'cdp quarantine list' shows what waits, by file and reason")
    asked = control(workspace).ask_retry(feed=feed, file=name, line=line, reason=reason, actor=actor(by))
    files = sorted({str(row["file"]) for row in rows})
    if form is Format.table:
        write(
            f"{counted(len(rows), 'refused row')} of {counted(len(files), 'file')} will be tried again by the next run "
            "('cdp run'; no new file is needed)"
        )
    else:
        print_json({"request_id": asked.request_id, "count_rows": len(rows), "files": files})


def _refuse_unknown(reader: Reader, feed: str | None, workspace: Path | None) -> None:
    from cdp.errors import NotFoundError
    from cdp.workspace import find_root

    delivered = {str(row["feed"]) for row in reader.fetch("select feed from source_files where feed is not null")}
    feeds = delivered | {path.parent.name for path in find_root(workspace).glob("pipelines/feeds/*/feed.yaml")}
    if feed is not None and feed not in feeds:
        raise NotFoundError(f"there is no feed {feed!r}", f"feeds are: {', '.join(sorted(feeds))}")


def _print_refused(rows: Rows, limit: int) -> None:
    from cdp.cli.output import note, write

    shown = list(rows)[: limit or None]
    for row in shown:
        write(f"{row['file']}:{row['line']}  {row['feed']}  {', '.join(row['reason_codes'])}")
        write(f"    {row['detail']}\n    {row['raw']}\n")
    if len(shown) < len(rows):
        note(f"{len(rows) - len(shown):,} more rows; --limit 0 shows all")


def _place(file: str | None) -> tuple[str | None, int | None]:
    name, _, line = (file or "").rpartition(":")
    if name and line.isdigit():
        return name, int(line)
    return file, None
