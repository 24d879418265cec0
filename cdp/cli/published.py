"""Open what a workspace has published."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from cdp.serving import Reader, published_link


def open_reader(workspace: Path | None) -> Reader:
    """The published tables of a workspace (default: the one around the current folder)."""
    return Reader(published_link(workspace or Path.cwd()))


def business_date(workspace: Path | None) -> date | None:
    """The date up to which the published tables count things as past."""
    with open_reader(workspace) as reader:
        found: date | None = reader.scalar("select max(business_date) from runs")
        return found
