"""How a run shows what it is doing: a moving bar on a terminal, plain lines in a log."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars

from cdp.cli.output import console, note
from cdp.runs.execute import Progress


class PlainProgress(Progress):
    """One line per stage."""

    def stage(self, number: int, count: int, name: str) -> None:
        """A stage begins."""
        note(f"{datetime.now(UTC):%H:%M:%S} [{number}/{count}] {name}")


class BarProgress(Progress):
    """A bar over the stages, with the step that runs now."""

    def __init__(self, bars: Bars) -> None:
        self._bars = bars
        self._task = bars.add_task("starting", total=None, step="")

    def stage(self, number: int, count: int, name: str) -> None:
        """A stage begins."""
        self._bars.update(self._task, description=name, completed=number - 1, total=count, step="")

    def step(self, words: str) -> None:
        """Something within the stage begins."""
        self._bars.update(self._task, step=words)


@contextmanager
def shown_progress() -> Iterator[Progress]:
    """A progress that fits stderr."""
    if not sys.stderr.isatty():
        yield PlainProgress()
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description:<10}"),
        BarColumn(bar_width=28),
        TimeElapsedColumn(),
        TextColumn("[dim]{task.fields[step]}"),
    )
    with Bars(*columns, console=console(stderr=True), transient=True) as bars:
        yield BarProgress(bars)
