"""Lines that a feed declares to be no records: titles, totals, remarks."""

from __future__ import annotations

import re
from collections.abc import Callable

from cdp.ingest.reading.blocks import Block
from cdp.ingest.reading.formats import ReasonCode, WarningLog
from cdp.ingest.reading.parts import Sink


def declared(pattern: str | None) -> Callable[[bytes], bool]:
    """Whether a line, in UTF-8, begins with what the pattern says; without one no line does."""
    if not pattern:
        return lambda _: False
    match = re.compile(pattern).match
    return lambda line: match(line.decode("utf-8", "replace")) is not None


class SkippingSink:
    """Hands findings on to another sink, without the lines that are declared to be no records."""

    def __init__(self, sink: Sink, is_declared: Callable[[bytes], bool]) -> None:
        self._sink = sink
        self._is_declared = is_declared

    def open(self, block: Block) -> None:
        """See ``Sink``."""
        self._sink.open(block)

    def keep(self, records: bytes, count: int, line: int) -> None:
        """See ``Sink``."""
        lines = records.split(b"\n")[:count]
        start = 0
        for index in [*(index for index, one in enumerate(lines) if self._is_declared(one)), count]:
            if index > start:
                self._sink.keep(b"\n".join(lines[start:index]) + b"\n", index - start, line + start)
            if index < count:
                self._sink.skip_declared(line + index)
            start = index + 1

    def keep_one(self, raw: bytes, loadable: bytes, line: int) -> None:
        """See ``Sink``."""
        if self._is_declared(raw):
            self._sink.skip_declared(line)
        else:
            self._sink.keep_one(raw, loadable, line)

    def refuse(self, block: Block, line: int, lines: int, reason: ReasonCode, detail: str) -> None:
        """See ``Sink``."""
        if self._is_declared(block.encoding.to_utf8(block.raw_lines(line, lines), line, WarningLog())):
            self._sink.skip_declared(line)
        else:
            self._sink.refuse(block, line, lines, reason, detail)

    def skip_blank(self, line: int) -> None:
        """See ``Sink``."""
        self._sink.skip_blank(line)

    def skip_declared(self, line: int) -> None:
        """See ``Sink``."""
        self._sink.skip_declared(line)
