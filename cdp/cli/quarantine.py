"""cdp quarantine: rows that were refused, where they stand and why; try them again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cdp.cli import quarantine_dismiss
from cdp.cli.options import ByOption, Format, FormatOption, WorkspaceOption, rows_option
from cdp.cli.quarantine_dismiss import (
    FeedOption,
    PlaceArgument,
    ReasonOption,
    dismissed_rows,
    must_know_feed,
    place_of,
)

if TYPE_CHECKING:
    from cdp.serving import Rows

app = typer.Typer(
    no_args_is_help=True,
    help="Look at refused rows: where they stand, why, their raw content. Try them again, or dismiss them.",
)
app.command("dismiss")(quarantine_dismiss.dismiss)
app.command("dismissals")(quarantine_dismiss.list_dismissals)

DismissedOption = Annotated[bool, typer.Option("--dismissed", help="The dismissed rows instead of those that wait.")]
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
    and list_contains($dismissed, sha256(feed || chr(10) || raw)) = $are_dismissed
group by file, feed, run_id, reason_code
order by run_id, file, count_rows desc, reason_code
"""


@app.command("list")
def list_refused(
    feed: FeedOption = None,
    reason: ReasonOption = None,
    dismissed: DismissedOption = False,
    workspace: WorkspaceOption = None,
    form: FormatOption = Format.table,
    limit: Annotated[int | None, rows_option(_SHOWN)] = None,
) -> None:
    """Count refused rows by file and reason. A row with several reasons stands under each of them."""
    from cdp.cli.output import counted, note, print_rows
    from cdp.cli.published import open_reader
    from cdp.serving.lookups import quarantine

    with open_reader(workspace) as reader:
        must_know_feed(reader, feed, workspace)
        known = dismissed_rows(workspace)
        given: dict[str, object] = {"dismissed": ["", *sorted(known)], "are_dismissed": dismissed}
        rows = reader.fetch(_BY_REASON, {"feed": feed, "reason": reason} | given)
        waiting = quarantine(reader, feed, reason=reason, dismissed=known, are_dismissed=dismissed)
        others = len(quarantine(reader, feed, reason=reason, dismissed=known, are_dismissed=True)) * (not dismissed)
    print_rows(rows, form, limit=limit, shown=_SHOWN, empty="no refused row waits")
    if form is not Format.table:
        return
    if others:
        note(f"{counted(others, 'dismissed row')} not listed; --dismissed lists them")
    if len(rows) and not dismissed:
        note(
            f"{counted(len(waiting), 'row')} in all. "
            "'cdp quarantine show FILE' shows the rows themselves, 'cdp quarantine retry' tries them again, "
            "'cdp quarantine dismiss' puts away those that will never be right"
        )


@app.command("show")
def show(
    file: PlaceArgument = None,
    feed: FeedOption = None,
    reason: ReasonOption = None,
    dismissed: DismissedOption = False,
    workspace: WorkspaceOption = None,
    form: FormatOption = Format.table,
    limit: Annotated[int | None, rows_option(_SHOWN)] = None,
) -> None:
    """Show refused rows with their physical line, reasons and raw content."""
    from cdp.cli.output import print_rows
    from cdp.cli.published import open_reader
    from cdp.errors import NotFoundError
    from cdp.serving.lookups import quarantine

    name, line = place_of(file)
    with open_reader(workspace) as reader:
        must_know_feed(reader, feed, workspace)
        known = dismissed_rows(workspace)
        rows = quarantine(reader, feed, name, line, reason, dismissed=known, are_dismissed=dismissed)
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

    name, line = place_of(file)
    with open_reader(workspace) as reader:
        must_know_feed(reader, feed, workspace)
        rows = list(quarantine(reader, feed, name, line, reason, dismissed=dismissed_rows(workspace)))
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


def _print_refused(rows: Rows, limit: int) -> None:
    from cdp.cli.output import note, write

    shown = list(rows)[: limit or None]
    for row in shown:
        write(f"{row['file']}:{row['line']}  {row['feed']}  {', '.join(row['reason_codes'])}")
        write(f"    {row['detail']}\n    {row['raw']}\n")
    if len(shown) < len(rows):
        note(f"{len(rows) - len(shown):,} more rows; --limit 0 shows all")
