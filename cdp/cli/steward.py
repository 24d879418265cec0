"""Who decides, and where decisions are kept."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cdp.workspace.control import Control


def actor(by: str | None) -> str:
    """Who signs: the name given, or the user logged in; empty when neither is known."""
    import getpass

    if by is not None:
        return by
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return ""


def control(workspace: Path | None) -> Control:
    """The decisions of a workspace (default: the one around the current folder)."""
    from cdp.workspace import find_root
    from cdp.workspace.control import Control

    return Control(find_root(workspace) / "data")
