"""Tell lines that hold one JSON object from all others, block by block."""

from __future__ import annotations

import re
from collections import deque

import msgspec

from cdp.ingest.reading.blocks import Block
from cdp.ingest.reading.formats import ReasonCode, WarningLog
from cdp.ingest.reading.parts import Sink

_BOM = "\ufeff".encode()
_ESCAPE = re.compile(rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\(?:u[0-9a-fA-F]{4}|.)", re.DOTALL)
_LONE = re.compile(rb"\\u[dD][89a-fA-F][0-9a-fA-F]{2}")


class _Anything(msgspec.Struct):
    """No fields: decoding checks the syntax of an object and builds nothing."""


_check = msgspec.json.Decoder(_Anything).decode


class JsonScanner:
    """Scans the blocks of one file in order and tells the sink what it finds."""

    def __init__(self, sink: Sink, log: WarningLog) -> None:
        self._sink = sink
        self._log = log

    def scan(self, block: Block) -> tuple[int, int]:
        """Judge a block's lines; return the block's end."""
        text = block.text
        if b"\r" in text:
            text = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        lines = text.split(b"\n")
        lines.pop()
        try:
            deque(map(_check, lines), maxlen=0)
        except (msgspec.DecodeError, RecursionError):
            self._sort(block, lines)
        else:
            self._sink.keep(text, len(lines), block.first_line)
        return len(block.text), block.first_line + len(lines)

    def _sort(self, block: Block, lines: list[bytes]) -> None:
        start = 0
        for index, line in enumerate(lines):
            try:
                _check(line)
            except (msgspec.DecodeError, RecursionError) as error:
                self._keep(lines, start, index, block.first_line)
                start = index + 1
                self._judge(block, line, block.first_line + index, error)
        self._keep(lines, start, len(lines), block.first_line)

    def _keep(self, lines: list[bytes], start: int, end: int, first_line: int) -> None:
        if end > start:
            self._sink.keep(b"\n".join(lines[start:end]) + b"\n", end - start, first_line + start)

    def _judge(self, block: Block, line: bytes, number: int, error: Exception) -> None:
        """Skip, mend or refuse a line that is no JSON object as it stands."""
        if not line.strip():
            self._sink.skip_blank(number)
            return
        mended = _ESCAPE.sub(_without_lone, line.removeprefix(_BOM)) if b"\\u" in line or _BOM in line else line
        try:
            _check(mended)
        except (msgspec.DecodeError, RecursionError):
            reason = ReasonCode.not_an_object if _is_json(line) else ReasonCode.invalid_json
            self._sink.refuse(block, number, 1, reason, str(error))
        else:
            self._log.add("mended_json", number, "a byte order mark or half a surrogate pair was replaced")
            self._sink.keep_one(line, mended, number)


def _without_lone(escape: re.Match[bytes]) -> bytes:
    found = escape.group()
    return rb"\ufffd" if _LONE.fullmatch(found) else found


def _is_json(line: bytes) -> bool:
    try:
        msgspec.json.decode(line)
    except (msgspec.DecodeError, RecursionError):
        return False
    return True
