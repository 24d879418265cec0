"""The command line: one file per command; each parses, calls and prints."""

from __future__ import annotations

from cdp.cli.app import app, main

__all__ = ["app", "main"]
