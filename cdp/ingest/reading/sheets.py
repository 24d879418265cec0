"""Read one sheet of an Excel workbook exactly: every row as text by header, with its number in the sheet."""

from __future__ import annotations

import json
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from cdp.errors import IngestError
from cdp.ingest.archives import files_of
from cdp.ingest.reading.formats import ReasonCode, Refused
from cdp.ingest.reading.headers import bare, numbered
from cdp.ingest.reading.parts import Certified, LineMap
from cdp.ingest.reading.skipping import declared
from cdp.ingest.reading.source import BLOCK_BYTES, RATIO_FLOOR, RATIO_LIMIT

ERRORS = (
    "#N/A", "#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#CALC!", "#FIELD!", "#BLOCKED!",
    "#CONNECT!", "#GETTING_DATA", "#BUSY!", "#EXTERNAL!", "#PYTHON!", "#TIMEOUT!",
)  # fmt: skip
"""What a formula that failed leaves in its cell."""
OTHER_ERROR = "#UNKNOWN!"
"""Begins the text of a cell that its workbook calls an error, in words that are none of ``ERRORS``."""
NOT_CALCULATED = "#not calculated!"
"""The text of a formula without a saved value, as libraries write them that do not calculate."""
UNPACKED_LIMIT = 1 << 32
"""Bytes that one workbook may grow to."""
HEADER_WITHIN = 50
"""A header stands in one of the first rows that hold anything."""
_STRETCH = 5_000
_OLD = b"\xd0\xcf\x11\xe0"
_ZIP = b"PK\x03\x04"
_MOST_RANGES = 3

Row = tuple[int, list[str]]
"""The number of a row in its sheet, from 1 on, and the texts of its cells."""


@dataclass(frozen=True, slots=True)
class SheetFormat:
    """Which sheet to read: by name, else the first that is not hidden.

    ``key_columns`` are names for one column: the first row that holds one of them is the header; rows above it are
    titles. ``skip_lines`` is a regular expression: rows whose texts, joined by tabs, begin with it are no records.
    """

    sheet: str | None = None
    key_columns: tuple[str, ...] = ()
    skip_lines: str | None = None


def is_workbook(path: Path) -> bool:
    """Whether a file is an Excel workbook of today's form (.xlsx, .xlsm)."""
    with path.open("rb") as stream:
        if stream.read(4) != _ZIP:
            return False
    try:
        with zipfile.ZipFile(path) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        return False


def certify_sheet(path: Path, fmt: SheetFormat, workdir: Path) -> tuple[Certified, tuple[str, ...]]:
    """Write the rows of a sheet to one parquet part of text columns, and say what is wrong with others.

    The part's columns are called ``c0``, ``c1`` ... by place, for headers may differ in case alone.
    Besides comes what is worth noting: which sheet was read where there are several and none is named, and cells
    merged over several rows. Lines are row numbers of the sheet; rows without any text are no records. Raises
    ``IngestError`` for what is no workbook, is encrypted or broken, lacks the sheet, or grows beyond all measure.
    """
    import pyarrow.parquet as pq

    workdir.mkdir(parents=True, exist_ok=True)
    lines = LineMap()
    refused: list[Refused] = []
    is_declared = declared(fmt.skip_lines)
    part, records, skipped, blank = workdir / "part-00000.parquet", 0, 0, 0
    with Sheet(path, fmt.sheet) as sheet:
        above, (begin, header), rows = _header(sheet.rows(), fmt.key_columns, path)
        columns = _columns(header)
        names = numbered(columns)
        writer = pq.ParquetWriter(part, _table(names, []).schema)
        try:
            stretch: list[list[str]] = []
            for line, delivered in rows:
                cells = _cut(delivered)
                if not cells:
                    blank += 1
                elif is_declared("\t".join(delivered).encode()):
                    skipped += 1
                elif _fitted(cells, header) == header:
                    raw = _raw(names, cells)
                    refused.append(Refused(line, raw.encode(), ReasonCode.repeated_header, "the header again", raw))
                elif len(cells) > len(names):
                    raw = _raw(names, cells)
                    told = f"{len(cells)} cells under {len(names)} columns"
                    refused.append(Refused(line, raw.encode(), ReasonCode.too_many_columns, told, raw))
                else:
                    lines.add(records, line)
                    records += 1
                    stretch.append(cells)
                if len(stretch) == _STRETCH:
                    writer.write_table(_table(names, stretch))
                    stretch = []
            writer.write_table(_table(names, stretch))
        finally:
            writer.close()
    certified = Certified([part], columns, records, refused, [], blank, 0, {}, "", skipped + above, lines)
    return certified, (*_unread(sheet, fmt), *_merged(sheet, begin))


def _unread(sheet: Sheet, fmt: SheetFormat) -> Iterator[str]:
    if sheet.others and not fmt.sheet:
        yield f"sheet {sheet.name} was read; not read: {', '.join(sheet.others)}"


def _merged(sheet: Sheet, header: int) -> Iterator[str]:
    """A note on cells below the line of the header, or of it, that are merged with those of later rows."""
    found = [name for first, last, name in sheet.merged if first < last and last > header]
    if found:
        more = f" and {len(found) - _MOST_RANGES} more" if len(found) > _MOST_RANGES else ""
        told = f"cells merged over several rows ({', '.join(found[:_MOST_RANGES])}{more})"
        yield f"{told} hold their value in the first row alone; in the others they are empty"


class Sheet:
    """An open sheet. ``name`` is its own, ``others`` are those beside it that are not hidden.

    ``merged`` are its merged ranges, once its rows were read: first row, last row, name.
    """

    def __init__(self, path: Path, wanted: str | None) -> None:
        self._path, self._wanted = path, wanted
        self.name = ""
        self.others: tuple[str, ...] = ()
        self.merged: list[tuple[int, int, str]] = []

    def __enter__(self) -> Sheet:
        must_be_workbook(self._path)
        import openpyxl

        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                self._book: Any = openpyxl.load_workbook(self._path, read_only=True, data_only=True, keep_links=False)
        except Exception as error:  # the library raises whatever it stumbles on
            raise _broken(self._path, error) from error
        shown = [sheet for sheet in self._book.worksheets if sheet.sheet_state == "visible"] or self._book.worksheets
        chosen = [sheet for sheet in self._book.worksheets if sheet.title == self._wanted] if self._wanted else shown
        if not chosen:
            names = ", ".join(sheet.title for sheet in self._book.worksheets) or "none"
            self._book.close()
            raise IngestError(
                f"{self._path.name} has no sheet {self._wanted or ''!r}; its sheets are: {names}",
                "name one of them under form, sheet: in feed.yaml",
            )
        self._sheet = chosen[0]
        self.name = self._sheet.title
        self.others = tuple(sheet.title for sheet in shown if sheet.title != self.name)
        return self

    def __exit__(self, *_: object) -> None:
        self._book.close()

    def rows(self) -> Iterator[Row]:
        """The rows that the sheet holds, in order. Raises ``IngestError`` where the workbook is broken."""
        from cdp.ingest.reading.cells import Cells

        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                cells = Cells(self._sheet)
                yield from cells.rows()
                self.merged = cells.merged
        except IngestError:
            raise
        except Exception as error:  # the library raises whatever it stumbles on
            raise _broken(self._path, error) from error


def must_be_workbook(path: Path) -> None:
    """Raise ``IngestError`` unless the file is a workbook that can be opened, of a size that fits."""
    with path.open("rb") as stream:
        start = stream.read(4)
    if start == _OLD:
        raise IngestError(
            f"{path.name} is encrypted, or a workbook of the old form (.xls)", "save it as .xlsx without a password"
        )
    if not is_workbook(path):
        raise IngestError(f"{path.name} is not readable as an Excel workbook", "ask the source to send it again")
    total = 0
    try:
        with zipfile.ZipFile(path) as archive:
            for info in files_of(archive, path.name):
                with archive.open(info) as member:
                    while data := member.read(BLOCK_BYTES):
                        total += len(data)
                        if total > UNPACKED_LIMIT or (
                            total > RATIO_FLOOR and total > RATIO_LIMIT * path.stat().st_size
                        ):
                            raise IngestError(
                                f"{path.name} grows to more than {total >> 20} MB when unpacked",
                                "deliver it in parts, or as CSV",
                            )
    except IngestError:
        raise
    except Exception as error:  # a damaged archive fails in many ways
        raise _broken(path, error) from error


def _broken(path: Path, error: Exception) -> IngestError:
    return IngestError(
        f"{path.name} is not readable as an Excel workbook: {type(error).__name__}: {error}".splitlines()[0],
        "open it in Excel, save it again, or ask the source to send it again",
    )


def _header(rows: Iterator[Row], key_columns: Sequence[str], path: Path) -> tuple[int, Row, Iterator[Row]]:
    """The count of rows above the header, the header, the rows below. Where none names the key it is the first."""
    met: list[Row] = []
    for line, delivered in rows:
        cells = _cut(delivered)
        if not cells:
            continue
        named = {bare(cell) for cell in cells}
        if any(name in named for name in key_columns):
            return len(met), (line, cells), rows
        met.append((line, delivered))
        if len(met) == HEADER_WITHIN:
            break
    if not met:
        raise IngestError(f"{path.name}: the sheet is empty", "name the sheet with the rows under form in feed.yaml")
    line, delivered = met[0]
    return 0, (line, _cut(delivered)), chain(met[1:], rows)


def _cut(cells: list[str]) -> list[str]:
    """Cells without those behind the last that holds more than blanks."""
    end = len(cells)
    while end and not cells[end - 1].strip():
        end -= 1
    return cells[:end]


def _fitted(cells: list[str], header: list[str]) -> list[str]:
    return [*cells, *[""] * (len(header) - len(cells))]


def _columns(header: Sequence[str]) -> list[str]:
    """The header with names for all columns; one without is called by its letters."""
    return [name if bare(name) else f"column {letters(place)}" for place, name in enumerate(header, 1)]


def letters(place: int) -> str:
    """What a sheet calls its column of this number, from 1 on."""
    found = ""
    while place:
        place, rest = divmod(place - 1, 26)
        found = chr(65 + rest) + found
    return found


def _raw(names: Sequence[str], cells: Sequence[str]) -> str:
    more = [f"column {letters(place)}" for place in range(len(names) + 1, len(cells) + 1)]
    kept = {name: cell or None for name, cell in zip([*names, *more], cells, strict=False)}
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":"))


def _table(names: Sequence[str], rows: Sequence[Sequence[str]]) -> Any:
    import pyarrow as pa

    columns = [
        pa.array([row[place] or None if place < len(row) else None for row in rows], pa.string())
        for place in range(len(names))
    ]
    return pa.table(columns, names=[f"c{place}" for place in range(len(names))])
