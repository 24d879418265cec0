"""Write export files line by line, with planted faults, and keep the manifest of the faults."""

from __future__ import annotations

import gzip
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cdp.sample.draws import Draws

_SPECIAL = {delimiter: re.compile(f'[{delimiter}"\r\n]').search for delimiter in ",;"}
MANIFEST = ("night", "file", "feed", "line", "row_key", "kind", "expected", "note")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a row or a file, and what a reader should do about it.

    ``expected`` is reject (refuse this row only), accept_null (keep it, drop the value), warn (either, but say
    so), dedupe, map (load, or refuse the whole file loudly) or ignore.
    """

    kind: str
    expected: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One record as it stands in the file, without its line end. It may span several physical lines."""

    text: str
    key: str = ""
    fault: Fault | None = None


@dataclass(frozen=True, slots=True)
class Form:
    """How a file is encoded. Lone surrogates U+DC80…U+DCFF in the text become the raw bytes 80…FF."""

    encoding: str = "utf-8"
    newline: str = "\n"
    gzipped: bool = False
    byte_order_mark: bool = False

    def encode(self, header: str | None, rows: Sequence[Row], *, cut_off: bool = False) -> bytes:
        """Return the file's bytes; ``cut_off`` leaves out the last line end."""
        lines = [*([header] if header is not None else []), *(row.text for row in rows)]
        data = b"".join((line + self.newline).encode(self.encoding, "surrogateescape") for line in lines)
        if cut_off:
            data = data[: -len(self.newline.encode(self.encoding))]
        if self.byte_order_mark:
            data = "\ufeff".encode(self.encoding) + data
        return gzip.compress(data, 6, mtime=0) if self.gzipped else data


class Delivery:
    """The inbox that is being written."""

    def __init__(self, inbox: Path, seed: int, topic: str = "faults") -> None:
        self.inbox = inbox
        self.draws = Draws(seed, topic)
        self.manifest: list[tuple[str, ...]] = []

    def write(
        self,
        night: int,
        path: str,
        feed: str,
        form: Form,
        header: str | None,
        rows: Sequence[Row],
        *,
        cut_off: bool = False,
    ) -> None:
        """Write one file and note where its faults came to stand."""
        self.note_all(night, path, feed, header, rows)
        self.put(night, path, form.encode(header, rows, cut_off=cut_off))

    def note_all(self, night: int, path: str, feed: str, header: str | None, rows: Sequence[Row]) -> None:
        """Enter the faults of a file's rows into the manifest, each with its line."""
        line = 1 if header is None else 2
        for row in rows:
            if row.fault:
                self.note(night, path, feed, row.fault, line, row.key)
            line += row.text.count("\n") + 1

    def written(self, night: int, path: str) -> bytes:
        """Return the bytes of a file written before."""
        return (self.inbox / f"night{night}" / path).read_bytes()

    def put(self, night: int, path: str, data: bytes) -> None:
        """Write one file as it is."""
        target = self.inbox / f"night{night}" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)

    def note(self, night: int, path: str, feed: str, fault: Fault, line: int | None = None, key: str = "") -> None:
        """Enter a fault into the manifest; without a line it concerns the whole file, or the row with that key."""
        where = "" if line is None else str(line)
        self.manifest.append((str(night), f"night{night}/{path}", feed, where, key, *_parts(fault)))

    def sprinkle(self, rows: list[Row], faulty: Sequence[Row]) -> list[Row]:
        """Return the rows with faulty ones in between, never inside a group of rows with one key."""
        places: dict[int, list[Row]] = {}
        for row in faulty:
            at = self.draws.between(0, len(rows))
            while 0 < at < len(rows) and rows[at].key and rows[at].key == rows[at - 1].key:
                at += 1
            places.setdefault(at, []).append(row)
        return [x for i in range(len(rows) + 1) for x in (*places.get(i, ()), *rows[i : i + 1])]

    def repeat(self, rows: list[Row], count: int) -> list[Row]:
        """Return the rows with exact copies of a few of them further down."""
        single = [r for r in rows if r.fault is None and "\n" not in r.text]
        chosen = self.draws.shuffled(single)[:count]
        fault = Fault("duplicate_row", "dedupe", "exact copy of another row")
        copies = [Row(row.text, row.key, fault) for row in chosen]
        return self.sprinkle(rows, copies)


def _parts(fault: Fault) -> tuple[str, str, str]:
    return fault.kind, fault.expected, fault.note


def csv_line(values: Sequence[str], delimiter: str = ",") -> str:
    """Return one CSV record; a value is quoted where it must be."""
    special = _SPECIAL[delimiter]
    return delimiter.join('"' + v.replace('"', '""') + '"' if v and special(v) else v for v in values)


def money(cents: int, point: str = ".") -> str:
    """Return an amount with two decimals."""
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}{point}{abs(cents) % 100:02d}"
