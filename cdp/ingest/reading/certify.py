"""Certify a delivered file, and read single records of it again."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from pathlib import Path

from cdp.ingest.reading.blocks import Block, BlockReader
from cdp.ingest.reading.csv_scan import CsvScanner
from cdp.ingest.reading.formats import CsvFormat, JsonLinesFormat, ReasonCode, WarningLog
from cdp.ingest.reading.json_scan import JsonScanner
from cdp.ingest.reading.parts import Certified, PartSink, Sink, read_csv_options
from cdp.ingest.reading.source import Source

Format = CsvFormat | JsonLinesFormat


def certify(path: Path, fmt: Format, workdir: Path, member: str | None = None) -> Certified:
    """Write the sound records of a file to parts in ``workdir``, and say what is wrong with the others.

    gzip, zstd and zip are told by their first bytes; ``member`` is the name or glob of the one to read of a
    zip. The file is read once, in blocks. ``workdir`` is one file's own place: parts of an earlier one there
    are overwritten. Raises ``IngestError`` when the file as a whole cannot be read in this format.
    """
    workdir.mkdir(parents=True, exist_ok=True)
    log = WarningLog()
    sink = PartSink(workdir, "csv" if isinstance(fmt, CsvFormat) else "jsonl", path.name)
    try:
        scanner = _read_all(path, fmt, member, sink, log)
    finally:
        sink.close()
    if isinstance(scanner, CsvScanner) and isinstance(fmt, CsvFormat):
        sink.mark_trailer(scanner.is_trailer)
        return sink.certified(scanner.columns, log.all(), read_csv_options(fmt))
    return sink.certified([], log.all(), {})


def raw_records(path: Path, fmt: Format, lines: Sequence[int], member: str | None = None) -> dict[int, str]:
    """The records that begin at these physical lines, as text, those over several lines whole.

    A second pass over the file. Raises ``KeyError`` when no record begins at one of the lines.
    """
    sink = _RecordSink(lines)
    if sink.wanted:
        _read_all(path, fmt, member, sink, WarningLog())
    missing = [line for line in sink.wanted if line not in sink.found]
    if missing:
        raise KeyError(f"no record begins at line {missing[0]} of {path.name}")
    return sink.found


def _read_all(path: Path, fmt: Format, member: str | None, sink: Sink, log: WarningLog) -> CsvScanner | JsonScanner:
    scanner = CsvScanner(fmt, sink) if isinstance(fmt, CsvFormat) else JsonScanner(sink, log)
    reader = BlockReader(Source(path, member, log), fmt.encoding, log)
    pending: Block | None = None
    wanted = 0
    for block in reader.blocks():
        pending = block if pending is None else pending.followed_by(block)
        if len(pending.text) < wanted and not block.is_last:
            continue
        offset, line = scanner.scan(pending)
        pending = pending.rest(offset, line) if offset < len(pending.text) else None
        wanted = 2 * len(pending.text) if pending else 0
    half = reader.cut_off
    if half is not None:
        sink.refuse(half, half.first_line, 1, ReasonCode.truncated_line, "the file breaks off in this line")
    return scanner


class _RecordSink:
    """Picks the records that begin at the wanted lines."""

    def __init__(self, lines: Sequence[int]) -> None:
        self.wanted = sorted(set(lines))
        self.found: dict[int, str] = {}

    def keep(self, records: bytes, count: int, line: int) -> None:
        """See ``Sink``."""
        first, last = bisect_left(self.wanted, line), bisect_left(self.wanted, line + count)
        if last > first:
            split = records.split(b"\n")
            self.found |= {number: split[number - line].decode() for number in self.wanted[first:last]}

    def keep_one(self, raw: bytes, loadable: bytes, line: int) -> None:  # noqa: ARG002
        """See ``Sink``."""
        if self._wants(line):
            self.found[line] = raw.decode()

    def refuse(self, block: Block, line: int, lines: int, reason: ReasonCode, detail: str) -> None:  # noqa: ARG002
        """See ``Sink``."""
        if self._wants(line):
            raw = block.raw_lines(line, lines)
            self.found[line] = block.encoding.to_utf8(raw, line, WarningLog()).decode()

    def skip_blank(self, line: int) -> None:
        """See ``Sink``."""

    def _wants(self, line: int) -> bool:
        index = bisect_left(self.wanted, line)
        return index < len(self.wanted) and self.wanted[index] == line
