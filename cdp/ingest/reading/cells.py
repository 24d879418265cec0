"""The cells of a workbook's sheet as text, row by row, none left out in silence."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import IO, Any

from openpyxl.cell.read_only import ReadOnlyCell
from openpyxl.worksheet._reader import FORMULA_TAG, VALUE_TAG, WorkSheetParser, _cast_number

from cdp.errors import IngestError
from cdp.ingest.reading.sheets import ERRORS, NOT_CALCULATED, OTHER_ERROR, Row

_PADDED = re.compile(r"0{2,}")
_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')


class Cells:
    """The rows of an openpyxl sheet opened read-only; ``merged`` are its merged ranges, known after the last row.

    A range is its first row, its last, and its name (``A2:A4``).
    """

    def __init__(self, sheet: Any) -> None:
        self._sheet = sheet
        self.merged: list[tuple[int, int, str]] = []

    def rows(self) -> Iterator[Row]:
        """The rows that the sheet holds, in order. Raises ``IngestError`` where one stands twice or goes back."""
        book, last = self._sheet.parent, 0
        with self._sheet._get_source() as stream:  # noqa: SLF001  (its own reading of rows leaves some out)
            parser = _parser(stream, book, self._sheet._shared_strings)  # noqa: SLF001
            for number, cells in parser.parse():
                if number <= last:
                    raise _twice(self._sheet.title, f"row {number}", f"row {last}")
                last = number
                yield number, self._texts(number, cells)
            merged = parser.merged_cells.mergeCell if parser.merged_cells else ()
            self.merged = [(found.min_row, found.max_row, found.coord) for found in merged]

    def _texts(self, number: int, cells: list[dict[str, Any]]) -> list[str]:
        texts: list[str] = []
        for cell in cells:
            place = cell["column"]
            if place <= len(texts):
                raise _twice(self._sheet.title, f"column {place} of row {number}", f"column {len(texts)}")
            texts += [""] * (place - 1 - len(texts))
            texts.append(_text(ReadOnlyCell(self._sheet, **cell)))
        return texts


def _twice(sheet: str, what: str, after: str) -> IngestError:
    return IngestError(
        f"sheet {sheet}: {what} comes after {after}: it stands twice, or out of order",
        "open the workbook in Excel, look whether it is repaired rightly, save it, and deliver that",
    )


def _parser(stream: IO[bytes], book: Any, shared_strings: Any) -> WorkSheetParser:
    return _Parser(
        stream,
        shared_strings,
        data_only=True,
        epoch=book.epoch,
        date_formats=book._date_formats,  # noqa: SLF001
        timedelta_formats=book._timedelta_formats,  # noqa: SLF001
    )


class _Parser(WorkSheetParser):  # type: ignore[misc]
    """Tells formulas without a saved value from empty cells, and keeps numbers that are no dates as they stand."""

    def parse_cell(self, element: Any) -> dict[str, Any]:
        cell: dict[str, Any] = super().parse_cell(element)
        kind = element.get("t", "n")
        if cell["value"] is None:
            if kind != "str" and element.find(FORMULA_TAG) is not None:
                cell["value"] = NOT_CALCULATED
        elif kind == "e":
            cell["value"] = cell["value"] if cell["value"] in ERRORS else f"{OTHER_ERROR} {cell['value']}"
        elif kind == "n" and cell["data_type"] == "e":
            cell["value"] = _cast_number(element.findtext(VALUE_TAG))
        return cell


def _text(cell: Any) -> str:
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return _number(value, cell.number_format)
    if isinstance(value, dt.datetime):
        return _moment(value, cell.number_format)
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, dt.time):
        return value.isoformat(timespec="seconds")
    return str(value)


def _number(value: float, pattern: str) -> str:
    """Plain decimals of the 15 digits that a workbook shows; with the leading zeros of a format of zeros alone."""
    text = str(value) if isinstance(value, int) else format(Decimal(f"{value:.15g}"), "f")
    return text.zfill(len(pattern)) if _PADDED.fullmatch(pattern or "") and text.isdigit() else text


def _moment(value: dt.datetime, pattern: str) -> str:
    """ISO 8601; a day alone where the format shows no time, to the millisecond where there is more than seconds."""
    exact = value + dt.timedelta(microseconds=500)
    exact = exact.replace(microsecond=exact.microsecond // 1000 * 1000)
    shows_time = re.search("[hs]", _QUOTED.sub("", pattern or "").lower()) is not None
    if not shows_time and exact.time() == dt.time():
        return exact.date().isoformat()
    return exact.isoformat(sep=" ", timespec="milliseconds" if exact.microsecond else "seconds")
