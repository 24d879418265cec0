"""cdp feed check: what becomes of an export's rows, without a run."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cdp.cli.options import Format, FormatOption, WorkspaceOption

if TYPE_CHECKING:
    from cdp.ingest.draft.trial import TableSample, Trial
    from cdp.workspace import Workspace

_RAW = 200


def check(
    feed: Annotated[str, typer.Argument(metavar="FEED", help="Name of the feed.", show_default=False)],
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="FILE…", help="Files to try; by default those of the inbox.", show_default=False),
    ] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="Rows shown of each kind.")] = 5,
    business_date: Annotated[
        datetime | None,
        typer.Option(
            "--date", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="Business date; by default today.",
            show_default=False,
        ),
    ] = None,
    workspace: WorkspaceOption = None,
    form: FormatOption = Format.table,
) -> None:  # fmt: skip
    """Load files of a feed apart from everything: rows accepted and refused, and the canonical rows they become.

    Nothing is written. Exit code 1 when a file is refused as a whole or no row is accepted, 4 with warnings.
    """
    from cdp.engines import open_engine
    from cdp.errors import NotFoundError
    from cdp.ingest.draft.trial import try_feed
    from cdp.workspace import load_workspace

    loaded = load_workspace(workspace)
    plan = next((item for item in loaded.plans if item.feed.feed == feed), None)
    if plan is None:
        raise NotFoundError(f"there is no feed {feed!r}", f"feeds are: {', '.join(sorted(loaded.feeds)) or 'none yet'}")
    paths = _paths(loaded, feed, files)
    as_of = (business_date or datetime.now()) + timedelta(days=1)  # noqa: DTZ005  naive UTC, a day's slack is enough
    engine = open_engine("duckdb", threads=2)
    try:
        trial = try_feed(engine, plan, loaded.canonical(), paths, as_of=as_of, shown=limit)
    finally:
        engine.close()
    _report(trial, limit, form)
    if not any(ledger.rows_accepted for ledger in trial.ledgers) or any(
        ledger.status.value == "refused" for ledger in trial.ledgers
    ):
        raise typer.Exit(1)
    if trial.warnings:
        raise typer.Exit(4)


def _paths(workspace: Workspace, feed: str, files: list[Path] | None) -> list[Path]:
    from cdp.errors import UsageError
    from cdp.ingest.discover import discover

    if files:
        missing = [path for path in files if not path.is_file()]
        if missing:
            raise UsageError(f"there is no file {missing[0]}", "name existing files")
        return files
    found = [item.path for item in discover(workspace.inbox, workspace.feeds.values()) if item.feed == feed]
    if not found:
        raise UsageError(f"no file in {workspace.inbox} belongs to {feed}", f"name one: cdp feed check {feed} FILE…")
    return found


def _report(trial: Trial, limit: int, form: Format) -> None:
    from cdp.cli.output import counted, note, print_json, print_rows
    from cdp.serving import Rows

    refused = [
        {"file": row.file, "line": row.line, "reasons": list(row.reason_codes), "raw": row.raw[:_RAW]}
        for row in trial.refused
    ]
    if form is not Format.table:
        print_json(
            {
                "files": [ledger.__dict__ | {"status": ledger.status.value} for ledger in trial.ledgers],
                "refused": refused[:limit],
                "accepted": _records(trial.accepted),
                "tables": {table.name: {"rows": table.count, "sample": _records(table)} for table in trial.tables},
                "warnings": list(trial.warnings),
                "notes": list(trial.notes),
            }
        )
        return
    columns = (
        *("file", "status", "rows_read", "rows_accepted", "rows_quarantined", "rows_duplicate", "rows_superseded"),
        *("lines_skipped", "message"),
    )
    print_rows(Rows.of(columns, [ledger.__dict__ | {"status": ledger.status.value} for ledger in trial.ledgers]), form)
    _print_sample(trial.accepted, f"accepted: {counted(trial.accepted.count, 'row')}")
    if refused:
        rows = Rows.of(("file", "line", "reasons", "raw"), refused[:limit])
        print_rows(rows, form, title=f"refused: {counted(len(refused), 'row')}")
        _print_reasons(trial)
    for table in trial.tables:
        _print_sample(table, f"{table.name}: {counted(table.count, 'row')}")
    for line in trial.notes:
        note(line)
    for warning in trial.warnings:
        note(f"warning: {warning}")


def _print_sample(table: TableSample, title: str) -> None:
    """Filled columns of a few rows, one column per row of the printed table: records stand side by side."""
    from cdp.cli.output import print_rows, words
    from cdp.serving import Rows

    columns = ["column", *(f"row {number}" for number in range(1, len(table.rows) + 1))]
    lines = [
        (name, *(words(row[index])[:40] for row in table.rows))
        for index, name in enumerate(table.columns)
        if any(row[index] is not None for row in table.rows)
    ]
    print_rows(Rows(tuple(columns), lines), Format.table, title=title, empty=f"{title}")


def _print_reasons(trial: Trial) -> None:
    from collections import Counter

    from cdp.cli.output import note

    counts = Counter(", ".join(row.reason_codes) for row in trial.refused)
    note("rows by reason: " + "; ".join(f"{codes} {count}" for codes, count in counts.most_common()))


def _records(table: TableSample) -> list[dict[str, Any]]:
    return [dict(zip(table.columns, row, strict=True)) for row in table.rows]
