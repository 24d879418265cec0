"""The grammar of one dialect of delimited text, as possessive regular expressions over UTF-8."""

from __future__ import annotations

import re

END = re.compile(rb"\r\n?|\n")


class Grammar:
    """Patterns for records of one dialect; ``width`` columns make a sound record.

    A field is quoted when a quote is its first character; quotes inside are doubled. A quote further inside
    a field that did not begin with one is a plain character ("stray"). Without a quote character every line
    is a well-formed record.
    """

    def __init__(self, delimiter: str, quote: str, width: int) -> None:
        self.delimiter = delimiter.encode()
        self.quote = quote.encode()
        self.width = width
        if self.quote:
            self._compile(re.escape(self.delimiter), re.escape(self.quote))

    def _compile(self, d: bytes, q: bytes) -> None:
        quoted = rb"%s[^%s]*+(?:%s%s[^%s]*+)*+%s" % (q, q, q, q, q, q)
        on_one_line = rb"%s[^%s\r\n]*+(?:%s%s[^%s\r\n]*+)*+%s" % (q, q, q, q, q, q)
        least = b"+" if self.width == 1 else b"*"  # an empty line is no record of one column
        sound = rb"(?:%s|[^%s%s\r\n]%s+)" % (on_one_line, q, d, least)
        one = rb"(?:%s%s){%d}+%s(?:\r\n?|\n)" % (sound, d, self.width - 1, sound)
        field = rb"(?:%s|[^%s%s\r\n][^%s\r\n]*+|)" % (quoted, q, d, d)
        self._one = re.compile(one)
        self._record = re.compile(rb"(?:%s%s)*+%s(?=[\r\n]|\Z)" % (field, d, field))
        self._open = re.compile(rb"(?:%s%s)*+%s[^%s]*+(?:%s%s[^%s]*+)*+\Z" % (field, d, q, q, q, q, q))
        self._field = re.compile(rb"(%s)%s" % (field, d))

    def line_end(self, text: bytes, start: int) -> int:
        """End of the sound record on one line at ``start``, without stray quotes; ``start`` where there is none."""
        match = self._one.match(text, start)
        return match.end() if match else start

    def record_end(self, text: bytes, start: int) -> int | None:
        """End of the well-formed record of any width at ``start``, over several lines where quoted, if there is one."""
        if not self.quote:
            match = END.search(text, start)
            return match.start() if match else len(text)
        match = self._record.match(text, start)
        return match.end() if match else None

    def is_record(self, line: bytes) -> bool:
        """Whether a line is one well-formed record, of any width."""
        return not self.quote or self._record.fullmatch(line) is not None

    def is_open(self, text: bytes, start: int = 0) -> bool:
        """Whether the record at ``start`` is inside a quote where the text ends."""
        return bool(self.quote) and self._open.match(text, start) is not None

    def fields(self, record: bytes) -> list[bytes]:
        """The fields of a well-formed record as they stand there."""
        if not self.quote or self.quote not in record:
            return record.split(self.delimiter)
        return self._field.findall(record + self.delimiter)

    def value(self, field: bytes) -> str:
        """What a field says."""
        if self.quote and field.startswith(self.quote):
            field = field[1:-1].replace(self.quote * 2, self.quote)
        return field.decode()

    def values(self, record: bytes) -> list[str]:
        """What the fields of a well-formed record say."""
        return [self.value(field) for field in self.fields(record)]

    def loadable(self, record: bytes, fields: list[bytes]) -> bytes:
        """The same record with every field quoted that holds a stray quote."""
        q = self.quote
        if not q or not any(q in field and not field.startswith(q) for field in fields):
            return record
        return self.delimiter.join(
            q + field.replace(q, q + q) + q if q in field and not field.startswith(q) else field for field in fields
        )
