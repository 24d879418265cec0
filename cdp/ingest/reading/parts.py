"""Write certified records to parts, remember where each came from, collect what was refused."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Protocol

from cdp.errors import IngestError
from cdp.ingest.reading.blocks import Block, count_lines
from cdp.ingest.reading.formats import CsvFormat, FileWarning, ReasonCode, Refused, WarningLog

PART_BYTES = 16 << 20
REFUSED_BYTES_LIMIT = 1 << 28
ENGINE_LINE_BYTES = 2_000_000  # DuckDB's own default for max_line_size
RECORD_BYTES_FLOOR = 1_900_000  # lengths below it are not looked for
_TOO_SHORT = (ReasonCode.too_few_columns, ReasonCode.unterminated_quote, ReasonCode.invalid_json)


class LineMap:
    """First physical line of each record, kept as stretches in which both count on together."""

    def __init__(self) -> None:
        self._ordinals = array("q")
        self._lines = array("q")

    def add(self, ordinal: int, line: int) -> None:
        """Record ``ordinal`` (0-based) begins at ``line``; those after it on the lines after it."""
        if self._ordinals and self._lines[-1] - self._ordinals[-1] == line - ordinal:
            return
        self._ordinals.append(ordinal)
        self._lines.append(line)

    def line_of(self, ordinal: int) -> int:
        """Line at which the record begins."""
        index = bisect_right(self._ordinals, ordinal) - 1
        return self._lines[index] + ordinal - self._ordinals[index]


@dataclass(frozen=True)
class Part:
    """Sound records in UTF-8, the first of which is number ``first`` (0-based) of its file.

    In an exact part every record is one line, and stands there as it was delivered except for its line end.
    """

    path: Path
    first: int
    records: int
    is_exact: bool


@dataclass
class Certified:
    """A file whose ``parts`` hold exactly ``records`` sound records in UTF-8, in file order.

    ``columns`` are the names of the header as delivered, ``header`` its text (neither for JSON lines). For
    delimited text, load with
    ``read_csv([parts], columns = {one name per column: 'VARCHAR'}, **read_csv_options)``; a quoted empty
    value is then an empty string, an empty one null. For JSON lines with ``read_ndjson_objects``. The longest
    record has at most ``max_record_bytes`` bytes. Records plus refused ones are all that the file holds;
    ``blank_lines`` are neither, nor are ``skipped_lines``, which the feed declares to be no records. ``is_unended``
    when delimited text stops within a line that could be whole: what tells is what the feed's files do otherwise.
    """

    parts: list[Path]
    columns: list[str]
    records: int
    refused: list[Refused]
    warnings: list[FileWarning]
    blank_lines: int
    max_record_bytes: int
    read_csv_options: dict[str, object] = field(default_factory=dict)
    header: str = ""
    skipped_lines: int = 0
    _line_map: LineMap = field(default_factory=LineMap, repr=False)
    is_unended: bool = False

    def line_of(self, ordinal: int) -> int:
        """Physical line (1-based) at which a record begins; ``ordinal`` is 0-based over all parts."""
        if not 0 <= ordinal < self.records:
            raise IndexError(f"record {ordinal} of {self.records}")
        return self._line_map.line_of(ordinal)

    def lines_of(self, ordinals: Sequence[int]) -> list[int]:
        """``line_of`` for each."""
        return [self.line_of(ordinal) for ordinal in ordinals]


class Sink(Protocol):
    """What a scanner tells its findings to. Lines are physical, 1-based."""

    def open(self, block: Block) -> None:
        """The findings that follow stand in this block."""

    def keep(self, records: bytes, count: int, line: int) -> None:
        """``count`` sound records, one per line, each ended by LF, on consecutive lines from ``line`` on."""

    def keep_one(self, raw: bytes, loadable: bytes, line: int) -> None:
        """One sound record without its line end: as it stands in the file, and as the engine reads it."""

    def refuse(self, block: Block, line: int, lines: int, reason: ReasonCode, detail: str) -> None:
        """A record over ``lines`` lines that cannot be read."""

    def skip_blank(self, line: int) -> None:
        """A blank line."""

    def skip_declared(self, line: int) -> None:
        """A line that the feed declares to be no record."""


class PartSink:
    """Writes sound records to parts in ``workdir``, tells of each as it is done, and holds the refused records."""

    def __init__(
        self, workdir: Path, suffix: str, file_name: str, told: Callable[[Part], None] = lambda _: None
    ) -> None:
        self._told = told
        self._workdir = workdir
        self._suffix = suffix
        self._file_name = file_name
        self._parts: list[Path] = []
        self._part: IO[bytes] | None = None
        self._part_bytes = 0
        self._part_first = 0
        self._part_is_exact = True
        self._is_utf8 = True
        self._line_map = LineMap()
        self._records = 0
        self._longest = RECORD_BYTES_FLOOR
        self._refused: list[Refused] = []
        self._refused_bytes = 0
        self._blank_lines = 0
        self._skipped_lines = 0
        self._last_kept_line = 0

    def open(self, block: Block) -> None:
        """See ``Sink``."""
        self._is_utf8 = block.raw is block.text

    def keep(self, records: bytes, count: int, line: int) -> None:
        """See ``Sink``."""
        if len(records) > self._longest:
            self._longest = max(self._longest, *map(len, records.split(b"\n")))
        self._write(records, count, line)

    def keep_one(self, raw: bytes, loadable: bytes, line: int) -> None:
        """See ``Sink``."""
        self._longest = max(self._longest, len(loadable))
        self._write(loadable + b"\n", 1, line)
        self._part_is_exact &= raw == loadable and not (b"\n" in raw or b"\r" in raw)

    def refuse(self, block: Block, line: int, lines: int, reason: ReasonCode, detail: str) -> None:
        """See ``Sink``. Raises ``IngestError`` when the refused lines alone would fill the memory."""
        raw = block.raw_lines(line, lines)
        text = block.encoding.to_utf8(raw, line, WarningLog()).decode()
        self._refused.append(Refused(line, raw, reason, detail, text))
        self._refused_bytes += len(raw) + 200
        if self._refused_bytes > REFUSED_BYTES_LIMIT:
            raise IngestError(
                f"{self._file_name}: {len(self._refused)} records cannot be read, the first at line "
                f"{self._refused[0].line} ({self._refused[0].reason})",
                "the file does not have the format that feed.yaml says; nothing of it was loaded",
            )

    def skip_blank(self, line: int) -> None:  # noqa: ARG002
        """See ``Sink``."""
        self._blank_lines += 1

    def skip_declared(self, line: int) -> None:  # noqa: ARG002
        """See ``Sink``."""
        self._skipped_lines += 1

    def mark_trailer(self, is_trailer: Callable[[Refused], bool]) -> None:
        """Call the refused lines behind the last sound record a trailer, from the end on as far as they are."""
        for index in range(len(self._refused) - 1, -1, -1):
            refused = self._refused[index]
            if refused.line <= self._last_kept_line or not is_trailer(refused):
                break
            self._refused[index] = replace(
                refused, reason=ReasonCode.trailer_line, detail="a closing line, not a record"
            )

    def mark_truncated(self, unended: int | None, log: WarningLog) -> None:
        """Call a refused last line that has no line end (``unended`` is its number) and is too short truncated."""
        if unended is None or not self._refused:
            return
        last = self._refused[-1]
        is_whole = last.reason is ReasonCode.invalid_json and last.text.rstrip().endswith("}")
        if last.reason in _TOO_SHORT and not is_whole and last.line + count_lines(last.text.encode()) == unended:
            detail = "the last line breaks off, without a line end"
            self._refused[-1] = replace(last, reason=ReasonCode.truncated_line, detail=detail)
            log.add("truncated_file", last.line, f"{detail}: rows behind it may be missing")

    def close(self) -> None:
        """Close the part that is being written."""
        if self._part is not None:
            self._part.close()
            self._part = None
            count = self._records - self._part_first
            self._told(Part(self._parts[-1], self._part_first, count, self._part_is_exact))

    def certified(
        self, columns: list[str], warnings: list[FileWarning], options: dict[str, object], header: str = ""
    ) -> Certified:
        """What was found, once everything is written."""
        return Certified(
            self._parts,
            columns,
            self._records,
            self._refused,
            warnings,
            self._blank_lines,
            self._longest,
            with_line_size(options, self._longest),
            header,
            self._skipped_lines,
            self._line_map,
        )

    @property
    def longest(self) -> int:
        """Bytes of the longest record so far, or a bound below which nobody looks."""
        return self._longest

    def _write(self, data: bytes, count: int, line: int) -> None:
        if self._part is None or self._part_bytes >= PART_BYTES:
            self.close()
            path = self._workdir / f"part-{len(self._parts):05d}.{self._suffix}"
            self._parts.append(path)
            self._part = path.open("wb", buffering=1 << 20)
            self._part_bytes = 0
            self._part_first, self._part_is_exact = self._records, True
        self._part.write(data)
        self._part_bytes += len(data)
        self._part_is_exact &= self._is_utf8
        self._line_map.add(self._records, line)
        self._records += count
        self._last_kept_line = line + count - 1


def with_line_size(options: dict[str, object], longest: int) -> dict[str, object]:
    """The options under which records of ``longest`` bytes can be read."""
    if options and longest > ENGINE_LINE_BYTES:
        return options | {"max_line_size": longest + 1024}
    return options


def read_csv_options(fmt: CsvFormat) -> dict[str, object]:
    """Arguments under which DuckDB's ``read_csv`` reads the parts exactly (tested with 2.0).

    One thread per part: a thread that starts inside a part takes quoted text that looks like records for
    records. ``new_line`` must be said, or CRLF inside quotes fails.
    """
    return {
        "header": False,
        "auto_detect": False,
        "delim": fmt.delimiter,
        "quote": fmt.quote,
        "escape": fmt.quote,
        "new_line": "\\n",
        "nullstr": "",
        "allow_quoted_nulls": False,
        "null_padding": False,
        "strict_mode": True,
        "ignore_errors": False,
        "parallel": False,
    }
