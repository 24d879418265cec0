"""Certify a delivered file, and read single records of it again."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from cdp.ingest.reading.blocks import Block, BlockReader, count_lines
from cdp.ingest.reading.csv_grammar import END, Grammar
from cdp.ingest.reading.csv_scan import CsvScanner
from cdp.ingest.reading.formats import CsvFormat, JsonLinesFormat, ReasonCode, WarningLog
from cdp.ingest.reading.json_scan import JsonScanner
from cdp.ingest.reading.parts import Certified, Part, PartSink, Sink, read_csv_options, with_line_size
from cdp.ingest.reading.skipping import SkippingSink, declared
from cdp.ingest.reading.source import Source

Format = CsvFormat | JsonLinesFormat


def certify(path: Path, fmt: Format, workdir: Path, member: str | None = None) -> Certified:
    """Write the sound records of a file to parts in ``workdir``, and say what is wrong with the others.

    gzip, zstd and zip are told by their first bytes; ``member`` is the name or glob of the one to read of a
    zip. The file is read once, in blocks. ``workdir`` is one file's own place: parts of an earlier one there
    are overwritten. Raises ``IngestError`` when the file as a whole cannot be read in this format.
    """
    return Certifying(path, fmt, workdir, member).run()


class Certifying:
    """The work of ``certify``, with each part told of as soon as it is written.

    ``told`` gets the part; what it raises ends the work. ``columns``, ``options`` and ``longest`` hold for all parts
    told of so far.
    """

    def __init__(
        self, path: Path, fmt: Format, workdir: Path, member: str | None, told: Callable[[Part], None] = lambda _: None
    ) -> None:
        workdir.mkdir(parents=True, exist_ok=True)
        self._path, self._fmt, self._member = path, fmt, member
        self._log = WarningLog()
        self._parts = PartSink(workdir, "csv" if isinstance(fmt, CsvFormat) else "jsonl", path.name, told)
        self._sink = SkippingSink(self._parts, declared(fmt.skip_lines)) if fmt.skip_lines else self._parts
        self._scanner = _scanner(fmt, self._sink, self._log)

    @property
    def columns(self) -> list[str]:
        """The header's names, as delivered; none for JSON lines."""
        return self._scanner.columns if isinstance(self._scanner, CsvScanner) else []

    @property
    def longest(self) -> int:
        """The longest record has at most so many bytes."""
        return self._parts.longest

    @property
    def options(self) -> dict[str, object]:
        """See ``Certified.read_csv_options``."""
        plain = read_csv_options(self._fmt) if isinstance(self._fmt, CsvFormat) else {}
        return with_line_size(plain, self.longest)

    def run(self) -> Certified:
        """Read the file to its end. Raises ``IngestError``."""
        try:
            unended = _read_all(self._path, self._fmt, self._member, self._scanner, self._sink, self._log)
        finally:
            self._parts.close()
        if isinstance(self._scanner, CsvScanner):
            self._parts.mark_trailer(self._scanner.is_trailer)
            self._parts.mark_truncated(unended, self._log)
            found = self._parts.certified(self.columns, self._log.all(), self.options, self._scanner.header_text)
            return replace(found, is_unended=unended is not None)
        self._parts.mark_truncated(unended, self._log)
        return self._parts.certified([], self._log.all(), {})


def _scanner(fmt: Format, sink: Sink, log: WarningLog) -> CsvScanner | JsonScanner:
    return CsvScanner(fmt, sink) if isinstance(fmt, CsvFormat) else JsonScanner(sink, log)


@dataclass(frozen=True, slots=True)
class RawRecord:
    """A record as it stands in the file, without its last line end: its bytes, and the same decoded for people."""

    raw: bytes
    text: str


def raw_records(path: Path, fmt: Format, lines: Sequence[int], member: str | None = None) -> dict[int, RawRecord]:
    """The records that begin at these physical lines, those over several lines whole.

    A second pass over the file. Raises ``KeyError`` when no record begins at one of the lines.
    """
    sink = _RecordSink(lines)
    log = WarningLog()
    if sink.wanted:
        _read_all(path, fmt, member, _scanner(fmt, sink, log), sink, log)
    missing = [line for line in sink.wanted if line not in sink.found]
    if missing:
        raise KeyError(f"no record begins at line {missing[0]} of {path.name}")
    return sink.found


def stands_alone(fmt: Format, header: str, text: str) -> bool:
    """Whether a text is one whole record by itself, under a header of the same dialect."""
    if isinstance(fmt, JsonLinesFormat):
        return not END.search(text.encode())
    fmt.check()
    width = len(Grammar(fmt.delimiter, fmt.quote, 1).fields(header.encode()))
    grammar, record = Grammar(fmt.delimiter, fmt.quote, width), text.encode()
    return grammar.is_record(record) and len(grammar.fields(record)) == width


def _read_all(
    path: Path, fmt: Format, member: str | None, scanner: CsvScanner | JsonScanner, sink: Sink, log: WarningLog
) -> int | None:
    """Give all blocks to the scanner; gives the last line's number where the file does not end it."""
    reader = BlockReader(Source(path, member, log), fmt.encoding, log)
    pending: Block | None = None
    wanted = 0
    for block in reader.blocks():
        pending = block if pending is None else pending.followed_by(block)
        if len(pending.text) < wanted and not block.is_last:
            continue
        sink.open(pending)
        offset, line = scanner.scan(pending)
        pending = pending.rest(offset, line) if offset < len(pending.text) else None
        wanted = 2 * len(pending.text) if pending else 0
    half = reader.cut_off
    if half is not None:
        sink.refuse(half, half.first_line, 1, ReasonCode.truncated_line, "the file breaks off in this line")
    return reader.unended


class _RecordSink:
    """Picks the records that begin at the wanted lines."""

    def __init__(self, lines: Sequence[int]) -> None:
        self.wanted = sorted(set(lines))
        self.found: dict[int, RawRecord] = {}
        self._block: Block

    def open(self, block: Block) -> None:
        """See ``Sink``."""
        self._block = block

    def keep(self, records: bytes, count: int, line: int) -> None:
        """See ``Sink``."""
        first, last = bisect_left(self.wanted, line), bisect_left(self.wanted, line + count)
        if last > first:
            split = records.split(b"\n")
            for number in self.wanted[first:last]:
                self._pick(split[number - line], number, 1)

    def keep_one(self, raw: bytes, loadable: bytes, line: int) -> None:  # noqa: ARG002
        """See ``Sink``."""
        if self._wants(line):
            self._pick(raw, line, count_lines(raw) + 1)

    def refuse(self, block: Block, line: int, lines: int, reason: ReasonCode, detail: str) -> None:  # noqa: ARG002
        """See ``Sink``."""
        if self._wants(line):
            raw = block.raw_lines(line, lines)
            self.found[line] = RawRecord(raw, block.encoding.to_utf8(raw, line, WarningLog()).decode())

    def skip_blank(self, line: int) -> None:
        """See ``Sink``."""

    def skip_declared(self, line: int) -> None:
        """See ``Sink``."""

    def _pick(self, text: bytes, line: int, lines: int) -> None:
        is_utf8 = self._block.raw is self._block.text
        self.found[line] = RawRecord(text if is_utf8 else self._block.raw_lines(line, lines), text.decode())

    def _wants(self, line: int) -> bool:
        index = bisect_left(self.wanted, line)
        return index < len(self.wanted) and self.wanted[index] == line
