"""Text files as exports write them, turned into UTF-8 before they are read."""

from __future__ import annotations

import codecs
import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

_BLOCK = 1 << 20
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins as UTF-16 does
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def encoding_of(path: Path) -> str:
    """UTF-16 and UTF-32 by their mark or their zeros, UTF-8 if all of the file is, else cp1252."""
    with _open(path) as file:
        start = file.read(4096)
    for mark, name in _BOMS:
        if start.startswith(mark):
            return name
    even, odd = start[0::2].count(0), start[1::2].count(0)
    if max(even, odd) > len(start) / 8:
        return "utf-16-le" if odd > even else "utf-16-be"
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for block in _blocks(path):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def as_utf8(path: Path, folder: Path) -> Path:
    """The file itself if it is UTF-8, else a copy in ``folder`` that is. What cannot be decoded becomes U+FFFD."""
    encoding = encoding_of(path)
    if encoding == "utf-8":
        return path
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    copy = folder / f"{path.name.removesuffix('.gz')}.utf8.csv"
    with copy.open("wb") as file:
        for block in _blocks(path):
            file.write(decoder.decode(block).encode())
        file.write(decoder.decode(b"", final=True).encode())
    return copy


def delimiter_of(path: Path) -> str:
    """What parts the columns of a UTF-8 file: the sign among ``,;|`` and tab that its first line holds most often."""
    with _open(path) as file:
        line = file.readline().decode("utf-8", "replace")
    return max(",;\t|", key=line.count)


def _open(path: Path) -> BinaryIO:
    with path.open("rb") as file:
        is_packed = file.read(2) == b"\x1f\x8b"
    return gzip.open(path, "rb") if is_packed else path.open("rb")  # type: ignore[return-value]


def _blocks(path: Path) -> Iterator[bytes]:
    with _open(path) as file:
        while block := file.read(_BLOCK):
            yield block
