"""Who of a segment may be written to, with what, and who is left out and why."""

from __future__ import annotations

from cdp.activation.audience import (
    LEFT_OUT_REASONS,
    PURPOSES,
    Audience,
    Purpose,
    Query,
    pull_audience,
    write_audience,
)

__all__ = [
    "LEFT_OUT_REASONS",
    "PURPOSES",
    "Audience",
    "Purpose",
    "Query",
    "pull_audience",
    "write_audience",
]
