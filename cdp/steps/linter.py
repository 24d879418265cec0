"""Refuse, in portable steps, what DuckDB and Spark would answer differently."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PortabilityFault:
    """One construct that is not portable, and what to write instead."""

    construct: str
    replacement: str


def lint(sql: str) -> list[PortabilityFault]:
    """Faults of a portable step, in the order found."""
    raise NotImplementedError
