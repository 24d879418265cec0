"""Print results: tables for people, JSON and CSV for programs. Data goes to stdout, all else to stderr."""

from __future__ import annotations

import csv
import json
import os
import sys
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from cdp.cli.options import Format

if TYPE_CHECKING:
    from rich.console import Console

    from cdp.serving import Rows

_WIDTH_ELSEWHERE = 140


def console(*, stderr: bool = False) -> Console:
    """A console that fits the terminal, or is wide enough for a log."""
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() or "COLUMNS" in os.environ else _WIDTH_ELSEWHERE
    return Console(stderr=stderr, width=width, highlight=False, soft_wrap=False)


def note(message: str) -> None:
    """Tell the person something that is not data."""
    print(message, file=sys.stderr)  # noqa: T201


def write(text: str) -> None:
    """Print data as it is."""
    print(text)  # noqa: T201


def counted(number: int, word: str, many: str = "") -> str:
    """``1 fault``, ``2 faults``."""
    return f"{number:,} {word}" if number == 1 else f"{number:,} {many or word + 's'}"


def plain(value: Any) -> Any:
    """A value as JSON knows it; instants as ISO text, money as a number."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() and value.as_tuple().exponent == 0 else float(value)
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return str(value)


def words(value: Any) -> str:
    """A value as a person reads it in a table."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, Decimal):
        is_money = value.as_tuple().exponent == -2
        return f"{value:,}" if is_money or value != value.to_integral_value() else f"{int(value):,}"
    if isinstance(value, list):
        return ", ".join(words(item) for item in value)
    if isinstance(value, Mapping):
        return " · ".join(words(item) for item in value.values() if item is not None)
    return str(value)


def print_json(content: Any) -> None:
    """Print one JSON document."""
    write(json.dumps(plain(content), ensure_ascii=False, indent=2))


def print_rows(
    rows: Rows, form: Format, *, title: str = "", limit: int | None = 0, shown: int = 0, empty: str = "no rows"
) -> None:
    """Print at most ``limit`` rows in the form asked for; with ``None`` a table has ``shown``. 0 means all."""
    if limit is None:
        limit = shown if form is Format.table else 0
    if form is Format.json:
        print_json(list(rows)[: limit or None])
    elif form is Format.csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(rows.columns)
        writer.writerows([_cell(value) for value in row] for row in rows.rows[: limit or None])
    elif not rows.rows:
        note(empty)
    else:
        _print_table(rows, title, limit)


def _cell(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | dict):
        return json.dumps(plain(value), ensure_ascii=False)
    return value


def _print_upright(columns: Sequence[str], rows: Sequence[tuple[Any, ...]], out: Console) -> None:
    """One line per value, for tables wider than the terminal."""
    from rich.table import Table
    from rich.text import Text

    for row in rows:
        grid = Table.grid(padding=(0, 2))
        for name, value in zip(columns, row, strict=True):
            grid.add_row(Text(name, style="dim"), Text(words(value)))
        out.print(grid)
        out.print()


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _print_table(rows: Rows, title: str, limit: int) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title or None, title_justify="left", box=SIMPLE_HEAD, pad_edge=False, title_style="bold")
    for index, name in enumerate(rows.columns):
        numeric = any(_is_number(row[index]) for row in rows.rows[:50])
        table.add_column(name, justify="right" if numeric else "left", overflow="fold", min_width=len(name))
    shown = rows.rows[:limit] if limit else rows.rows
    out = console()
    if sum(len(name) + 3 for name in rows.columns) > out.width:
        _print_upright(rows.columns, shown, out)
    else:
        for row in shown:
            table.add_row(*(Text(words(value)) for value in row))
        out.print(table)
    if len(shown) < len(rows.rows):
        note(f"{len(rows.rows) - len(shown):,} more rows; --limit 0 shows all, --format csv writes all")
