"""Where SQL runs. Stages ask an ``Engine``; only this package knows DuckDB or Spark."""

from __future__ import annotations

from pathlib import Path

from cdp.engines.base import Engine, Params
from cdp.errors import UsageError

__all__ = ["Engine", "Params", "open_engine"]


def open_engine(
    name: str = "duckdb",
    *,
    temp_dir: Path | None = None,
    memory_limit: str | None = None,
    threads: int | None = None,
) -> Engine:
    """Open an engine by name.

    ``temp_dir`` is where it may spill, ``memory_limit`` is in the engine's own notation ("8GB").
    Raises ``UsageError`` for an engine that does not exist.
    """
    if name == "duckdb":
        from cdp.engines.duckdb import DuckDBEngine

        return DuckDBEngine(temp_dir=temp_dir, memory_limit=memory_limit, threads=threads)
    raise UsageError(f"there is no engine called {name!r}", "set engine to duckdb in cdp.toml")
