"""Tell by its key whether a line is the start of a real record."""

from __future__ import annotations

import re

from cdp.ingest.reading.csv_grammar import Grammar
from cdp.ingest.reading.formats import CsvFormat

_RUNS = re.compile(r"[^\W_]+")
_LEAST_WIDTH = 3  # in narrower files text looks too much like records


class KeyCheck:
    """Holds a record's key against the feed's pattern.

    Where the feed names none, the first field must have the shape (``#1024`` and ``#7`` have the same) of the
    last sound record's, and hold a digit.
    """

    def __init__(self, fmt: CsvFormat, grammar: Grammar, names: list[str]) -> None:
        self._grammar = grammar
        self._pattern: re.Pattern[str] | None = None
        self._index = 0
        plain = [name.strip().casefold() for name in names]
        for column in fmt.key_columns:
            if fmt.key_pattern is not None and column.strip().casefold() in plain:
                self._pattern = re.compile(fmt.key_pattern)
                self._index = plain.index(column.strip().casefold())
                break
        self._records = b""
        self._known_shape = ""

    @property
    def is_given(self) -> bool:
        """Whether the feed names a pattern and the file has the column."""
        return self._pattern is not None

    def learn(self, records: bytes) -> None:
        """Remember sound records on one line each, of which the last one counts."""
        self._records = records

    def fits(self, fields: list[bytes]) -> bool:
        """Whether fields of the right number begin a real record."""
        if self._pattern is not None:
            return self.has_key(fields)
        return len(fields) >= _LEAST_WIDTH and self.has_known_shape(fields)

    def has_key(self, fields: list[bytes]) -> bool:
        """Whether the key column is there and matches the feed's pattern."""
        if self._pattern is None or self._index >= len(fields):
            return False
        return self._pattern.fullmatch(self._grammar.value(fields[self._index])) is not None

    def has_known_shape(self, fields: list[bytes]) -> bool:
        """Whether the first field has the shape of the last sound record's, with a digit in it."""
        if self._records:
            end = len(self._records) - self._records.endswith(b"\n")
            last = self._records[self._records.rfind(b"\n", 0, end) + 1 : end]
            self._known_shape = _shape(self._grammar.values(last)[0])
            self._records = b""
        return "9" in self._known_shape and self._known_shape == _shape(self._grammar.value(fields[0]))


def _shape(value: str) -> str:
    return _RUNS.sub(lambda run: "9" if any(sign.isdigit() for sign in run.group()) else "a", value.strip())
