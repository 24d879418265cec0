"""Tests of a column's values, by which its meaning is held against what its name says."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from cdp.ingest.draft.shapes import EMAIL

if TYPE_CHECKING:
    from cdp.ingest.draft.meanings import Column


def share(column: Column, test: Callable[[str], bool]) -> float:
    """Share of the values that pass a test."""
    return sum(map(test, column.values)) / len(column.values)


def is_email(value: str) -> bool:
    """Whether a value is one address."""
    return EMAIL.fullmatch(value.strip().strip("<>")) is not None


def is_shared(column: Column) -> bool:
    """Whether one address stands in most rows: a mailbox of the company, not of a customer."""
    words = f"_{column.head.words}_"
    if re.search(r"_(to|reply_to|support|cc|bcc)_", words):
        return True
    return len(column.values) >= 5 and max(map(list(column.values).count, set(column.values[:200]))) * 2 > len(
        column.values
    )


def digits(value: str) -> int:
    """Number of digits in a value."""
    return sum(sign.isdigit() for sign in value)


def lettered(column: Column) -> bool:
    """Whether most values are words."""
    return (
        share(column, lambda value: any(sign.isalpha() for sign in value) and "@" not in value and digits(value) < 4)
        > 0.6
    )


def is_code(column: Column) -> bool:
    """Whether values are codes: without blanks, most of them with a digit."""
    return share(column, lambda value: " " not in value.strip() and digits(value) > 0) > 0.6


def of_several_words(column: Column) -> bool:
    """Whether most values are whole names: two words or more."""
    return bool(column.values) and share(column, lambda value: len(value.split()) > 1) > 0.6


def is_counter(column: Column) -> bool:
    """Whether values count lines: whole numbers that begin at 0 or 1, go up without gaps, and come again."""
    found = {int(value) for value in column.values if value.isascii() and value.isdigit() and len(value) < 4}
    is_whole = bool(found) and all(value.isdigit() for value in column.values)
    return is_whole and min(found) <= 1 and max(found) - min(found) < len(found) < len(column.values)
