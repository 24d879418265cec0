"""The first bytes of an unknown file, unpacked, and the text that they hold."""

from __future__ import annotations

import codecs
from pathlib import Path

from cdp.ingest.reading.formats import WarningLog
from cdp.ingest.reading.source import Source

SAMPLE_BYTES = 8 << 20
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def start_of(path: Path) -> tuple[bytes, bool]:
    """The first bytes of a file, unpacked, and whether they are all of it."""
    found, size = [], 0
    for chunk in Source(path, None, WarningLog()).chunks():
        found.append(chunk)
        size += len(chunk)
        if size > SAMPLE_BYTES:
            return b"".join(found)[:SAMPLE_BYTES], False
    return b"".join(found), True


def encoding_of(data: bytes) -> str:
    """The encoding that the first bytes of a file are in."""
    for bom, name in _BOMS:
        if data.startswith(bom):
            return name
    start = data[: 1 << 16]
    if start.count(0) * 5 > len(start):
        return "utf-16"
    odd = [line for line in data.splitlines() if not line.isascii()]
    sound = sum(_is_utf8(line) for line in odd)
    return "utf-8" if sound * 2 >= len(odd) else "cp1252"


def _is_utf8(line: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(line)
    except UnicodeDecodeError:
        return False
    return True


def decoded(data: bytes, encoding: str, *, is_whole: bool) -> str:
    """Their text; of a file that goes on, whole lines."""
    if encoding == "utf-16" and not data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16-be" if data[::2].count(0) > data[1::2].count(0) else "utf-16-le"
    content = data.decode(encoding, "replace").removeprefix("\ufeff")
    if not is_whole:
        content = content[: max(content.rfind("\n"), content.rfind("\r")) + 1] or content
    return content
