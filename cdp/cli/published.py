"""Open what a workspace has published."""

from __future__ import annotations

from pathlib import Path

from cdp.serving import Reader, published_link


def open_reader(workspace: Path | None) -> Reader:
    """The published tables of a workspace (default: the one around the current folder)."""
    return Reader(published_link(workspace or Path.cwd()))
