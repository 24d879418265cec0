"""What staging tells of a file's columns."""

from __future__ import annotations

from dataclasses import dataclass

from cdp.quality.history import Header

MOST_EXTRA = 500
"""Added columns that are kept aside; of a file that has more none is, of JSON lines none from there on."""
LeftOut = frozenset[str] | None
"""Columns that the contract left out from the start; ``None`` before the feed's first delivery."""


@dataclass(frozen=True)
class Staged:
    """What staging noticed. ``warnings`` want a look, ``notes`` are for the record; ``headers`` are the columns.

    ``parts``: selects that together give what ``staged`` does, one after the other, and read nothing but files.
    """

    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    headers: tuple[Header, ...] = ()
    parts: tuple[str, ...] = ()
