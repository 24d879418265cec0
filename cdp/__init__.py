"""Omnichannel customer data platform.

``cdp.open(path)`` opens a workspace's published data for look-ups; frames are pandas.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from cdp.serving import Published

__all__ = ["__version__", "open"]

__version__ = "0.1.0"


def open(path: str | Path = ".") -> Published:  # noqa: A001
    """Open the published data of the workspace that holds ``path`` (or a published ``.duckdb`` file).

    Raises ``NotFoundError`` when nothing is published there yet.
    """
    from cdp.serving import open_published

    return open_published(path)
