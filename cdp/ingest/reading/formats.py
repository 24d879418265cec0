"""What a file should look like, and what can be wrong with one."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, replace
from enum import StrEnum

from cdp.errors import IngestError


class ReasonCode(StrEnum):
    """Why a record cannot be read."""

    too_few_columns = "too_few_columns"
    too_many_columns = "too_many_columns"
    unterminated_quote = "unterminated_quote"
    malformed_quote = "malformed_quote"
    repeated_header = "repeated_header"
    trailer_line = "trailer_line"
    truncated_line = "truncated_line"
    invalid_json = "invalid_json"
    not_an_object = "not_an_object"
    invalid_bytes = "invalid_bytes"


@dataclass(frozen=True, slots=True)
class CsvFormat:
    """A dialect of delimited text.

    ``quote`` may be empty: then quotes are plain characters. ``key_columns`` are names for one column, the
    first that the header has counts; ``key_pattern`` must match its whole value in a real record and tells
    where records begin again after a quote that was never closed. ``columns`` are names that a header may
    carry besides those of this file, to know repeated headers by. ``max_lookahead`` is the number of lines
    that one record may span. ``skip_lines`` is a regular expression: lines that begin with it are no records.
    """

    delimiter: str = ","
    quote: str = '"'
    encoding: str = "utf-8"
    header: bool = True
    key_columns: tuple[str, ...] = ()
    key_pattern: str | None = None
    columns: tuple[str, ...] = ()
    max_lookahead: int = 500
    skip_lines: str | None = None

    def check(self) -> None:
        """Raise ``IngestError`` for a dialect that cannot be read exactly."""
        for name, value in (("delimiter", self.delimiter), ("quote", self.quote)):
            plain = len(value) == 1 and value.isascii() and value not in "\r\n\0"
            if not plain and not (name == "quote" and value == ""):
                raise IngestError(f"{name} {value!r} is not one ASCII character", f"correct {name} in feed.yaml")
        if self.delimiter == self.quote:
            raise IngestError(f"delimiter and quote are both {self.quote!r}", "correct feed.yaml")
        if self.key_pattern is not None:
            try:
                re.compile(self.key_pattern)
            except re.error as error:
                raise IngestError(f"key pattern {self.key_pattern!r}: {error}", "correct feed.yaml") from error


@dataclass(frozen=True, slots=True)
class JsonLinesFormat:
    """One JSON object per line. ``skip_lines`` is a regular expression: lines that begin with it are no records."""

    encoding: str = "utf-8"
    skip_lines: str | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """One refused record.

    ``line`` is its first physical line (1-based, the header counts; CRLF, LF and CR each end a line), ``raw``
    its bytes as delivered, without the last line end, ``text`` the same decoded for people.
    """

    line: int
    raw: bytes
    reason: ReasonCode
    detail: str
    text: str


@dataclass(frozen=True, slots=True)
class FileWarning:
    """Something that is wrong with a file and costs no whole record; ``line`` is the first, where it is known."""

    code: str
    line: int | None
    detail: str
    count: int = 1

    def __str__(self) -> str:
        if self.count > 1:
            return f"{self.code}: {self.detail} ({self.count} lines, the first is {self.line})"
        return f"{self.code}: {self.detail}" + (f" (line {self.line})" if self.line else "")


class WarningLog:
    """Warnings of one file: of each kind one, with the first line and how often it was noted.

    ``decoding`` counts the lines whose bytes were no text in the encoding tried, and those that were and are more than
    ASCII.
    """

    def __init__(self) -> None:
        self._kept: dict[str, FileWarning] = {}
        self.decoding = Decoding()

    def add(self, code: str, line: int | None, detail: str) -> None:
        """Note one occurrence; the detail of the first stays."""
        known = self._kept.get(code)
        self._kept[code] = replace(known, count=known.count + 1) if known else FileWarning(code, line, detail)

    def all(self) -> list[FileWarning]:
        """All warnings so far."""
        return list(self._kept.values())


@dataclass
class Decoding:
    """What decoding a file's lines came to; ``broken`` are some of the lines that were no text.

    ``letters_of_utf8`` counts the characters beyond ASCII of stretches that are UTF-8 too, by character, though another
    encoding is declared; ``is_no_utf8`` when a stretch is not.
    """

    lines_broken: int = 0
    lines_sound: int = 0
    letters_of_utf8: Counter[str] = field(default_factory=Counter)
    is_no_utf8: bool = False
    broken: list[bytes] = field(default_factory=list)
