"""Open what a workspace has published."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

from cdp.serving import Reader, published_link


def open_reader(workspace: Path | None) -> Reader:
    """The published tables of a workspace (default: the one around the current folder)."""
    return Reader(published_link(workspace or Path.cwd()))


def open_as_of(workspace: Path | None, asked: datetime | None) -> Reader:
    """The tables as they were published for the last business date up to ``asked``; the newest ones without it.

    Says on stderr which run answers. Raises ``NotFoundError`` with the dates that can be asked.
    """
    if asked is None:
        return open_reader(workspace)
    from cdp.cli.output import note
    from cdp.runs import Store, published_file, run_as_of
    from cdp.workspace import load_workspace

    loaded = load_workspace(workspace)
    manifest = run_as_of(Store(loaded.data), asked.date())
    note(f"as known at the end of {manifest.date} (run {manifest.run_id})")
    return Reader(published_file(loaded, manifest))


def business_date(workspace: Path | None) -> date | None:
    """The date up to which the published tables count things as past."""
    with open_reader(workspace) as reader:
        found: date | None = reader.scalar("select max(business_date) from runs")
        return found
