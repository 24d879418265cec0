"""Cut a stream of bytes into blocks of whole lines, as delivered and in UTF-8."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from cdp.errors import IngestError
from cdp.ingest.reading.encodings import Encoding, detect
from cdp.ingest.reading.formats import WarningLog
from cdp.ingest.reading.source import BLOCK_BYTES, Source

LINE_LIMIT = 1 << 28
_LF, _SHORT = 10, 1 << 12


@dataclass(slots=True)
class Block:
    """Whole lines: ``raw`` as delivered, ``text`` in UTF-8 and always ending with a line end."""

    raw: bytes
    text: bytes
    first_line: int
    is_last: bool
    encoding: Encoding
    _lines: list[bytes] = field(default_factory=list)

    def raw_lines(self, line: int, count: int) -> bytes:
        """Bytes as delivered of ``count`` lines from ``line`` on, without the last line end."""
        if not self._lines:
            self._lines = self.encoding.lines(self.raw)
        start = line - self.first_line
        return self.encoding.without_end(b"".join(self._lines[start : start + count]))

    def rest(self, offset: int, line: int) -> Block:
        """The part from ``offset`` of the text on, where ``line`` begins."""
        if self.raw is self.text:
            text = self.text[offset:]
            return Block(text, text, line, self.is_last, self.encoding)
        skipped = self.encoding.lines(self.raw)[: line - self.first_line]
        raw = self.raw[sum(map(len, skipped)) :]
        return Block(raw, self.text[offset:], line, self.is_last, self.encoding)

    def followed_by(self, other: Block) -> Block:
        """Both as one."""
        text = self.text + other.text
        raw = text if self.raw is self.text and other.raw is other.text else self.raw + other.raw
        return Block(raw, text, self.first_line, other.is_last, self.encoding)


class BlockReader:
    """Blocks of one file. After the last, ``cut_off`` is the half line on which a broken stream ends.

    ``unended`` is the number of the last line where the file does not end it.
    """

    def __init__(self, source: Source, declared: str, log: WarningLog) -> None:
        self.cut_off: Block | None = None
        self.unended: int | None = None
        self._source = source
        self._declared = declared
        self._log = log

    def blocks(self) -> Iterator[Block]:
        """All blocks in order, the last one marked; none for an empty file."""
        held: Block | None = None
        line = 1
        for raw, encoding, is_cut_off in self._whole_lines():
            text = encoding.to_utf8(raw, line, self._log)
            block = Block(raw, text, line, False, encoding)
            if is_cut_off:
                self.cut_off = block
                break
            if held is not None:
                yield held
            held = block
            line += count_lines(text)
        if held is not None:
            held.encoding.must_fit(self._log.decoding, line - 1 + (not held.text.endswith((b"\n", b"\r"))))
            held.is_last = True
            if not held.text.endswith((b"\n", b"\r")):
                held.text += b"\n"
                self.unended = line
            yield held

    def _whole_lines(self) -> Iterator[tuple[bytes, Encoding, bool]]:
        encoding: Encoding | None = None
        carried: list[bytes] = []
        for chunk in self._even_chunks():
            data = chunk
            if encoding is None:
                encoding, skip = detect(self._declared, data, self._log)
                data = data[skip:]
            end = encoding.cut(data)
            if end:
                yield b"".join([*carried, data[:end]]), encoding, False
                carried = []
            carried.append(data[end:])
            self._limit(carried)
        tail = b"".join(carried)
        if encoding is None or not tail:
            return
        lines = encoding.lines(tail)
        if self._source.is_broken and encoding.without_end(lines[-1]) == lines[-1]:
            half = lines.pop()
            if lines:
                yield b"".join(lines), encoding, False
            yield half, encoding, True
        else:
            yield tail, encoding, False

    def _even_chunks(self) -> Iterator[bytes]:
        """The source in chunks of about one block, of whole code units (of four bytes at most) except for the last."""
        waiting: list[bytes] = []
        size = 0
        for chunk in self._source.chunks():
            waiting.append(chunk)
            size += len(chunk)
            if size >= BLOCK_BYTES:
                data = b"".join(waiting)
                odd = len(data) % 4
                if odd < len(data):
                    yield data[: len(data) - odd] if odd else data
                waiting = [data[-odd:]] if odd else []
                size = odd
        if size:
            yield b"".join(waiting)

    def _limit(self, carried: list[bytes]) -> None:
        if sum(map(len, carried)) > LINE_LIMIT:
            raise IngestError(
                f"{self._source.path.name} holds a line of more than {LINE_LIMIT >> 20} MB",
                "it is no text file of this format; check encoding and format in feed.yaml",
            )


def count_lines(text: bytes) -> int:
    """Line ends in UTF-8 text: CRLF, LF and CR count once each."""
    if len(text) < _SHORT:
        count = text.count(b"\n")
    else:
        import numpy as np

        count = int(np.count_nonzero(np.frombuffer(text, np.uint8) == _LF))  # a quarter of what bytes.count takes
    if b"\r" in text:
        count += text.count(b"\r") - text.count(b"\r\n")
    return count
