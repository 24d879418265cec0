"""Line ends and UTF-8 text out of bytes in any encoding, line by line the same on both sides."""

from __future__ import annotations

import codecs
import re

from cdp.errors import IngestError
from cdp.ingest.reading.formats import WarningLog

_ASCII = bytes(range(128))
_UTF16 = {"utf-16-le": "utf-16-le", "utf-16-be": "utf-16-be", "utf-16": "utf-16-le"}
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_TEXT_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_REPLACEMENT = "\ufffd".encode()


class Encoding:
    """One encoding whose line ends can be found in the bytes. CRLF, LF and CR each end a line.

    Raises ``IngestError`` for an unknown name and for encodings without plain line ends (EBCDIC, UTF-32).
    """

    def __init__(self, name: str) -> None:
        try:
            codec = codecs.lookup(name).name
            codec = "utf-8" if codec == "utf-8-sig" else codec
            is_plain = codec in _UTF16 or b"\r\n".decode(codec) == "\r\n"
        except (LookupError, UnicodeError) as error:
            raise IngestError(f"{name!r} is not an encoding", "e.g. utf-8, cp1252, utf-16") from error
        if not is_plain or codec.startswith("utf-32"):
            raise IngestError(f"files in {name} cannot be read", "convert them to utf-8")
        self.name = codec
        self.is_wide = codec in _UTF16
        self._codec = _UTF16.get(codec, codec)
        self._keeps_ascii = not self.is_wide and _ASCII.decode(codec, "replace").encode("utf-8", "replace") == _ASCII

    def cut(self, data: bytes) -> int:
        """Offset behind the last line end that surely is one; 0 when there is none."""
        if not self.is_wide:
            return data.rfind(b"\n") + 1 or data.rfind(b"\r", 0, len(data) - 1) + 1
        for sign, stop in (("\n", len(data)), ("\r", len(data) - 2)):
            end = data.rfind(sign.encode(self._codec), 0, max(stop, 0))
            while end > 0 and end % 2:
                end = data.rfind(sign.encode(self._codec), 0, end + 1)
            if end >= 0 and end % 2 == 0:
                return end + 2
        return 0

    def lines(self, raw: bytes) -> list[bytes]:
        """Physical lines with their ends; joined they give ``raw``."""
        if not self.is_wide:
            return raw.splitlines(keepends=True)
        whole = len(raw) & ~1
        text = raw[:whole].decode(self._codec, "surrogatepass")
        found = [line.encode(self._codec, "surrogatepass") for line in _TEXT_LINE.findall(text)]
        if whole < len(raw):
            if found and not found[-1].endswith(("\r".encode(self._codec), "\n".encode(self._codec))):
                found[-1] += raw[whole:]
            else:
                found.append(raw[whole:])
        return found

    def without_end(self, raw: bytes) -> bytes:
        """``raw`` without its last line end."""
        for sign in ("\n", "\r"):
            raw = raw.removesuffix(sign.encode(self._codec))
        return raw

    def to_utf8(self, raw: bytes, first_line: int, log: WarningLog) -> bytes:
        """The same lines in UTF-8; what cannot be decoded, and NUL, becomes U+FFFD and is logged by line."""
        if self._keeps_ascii and raw.isascii():
            text = raw
        else:
            try:
                decoded = raw.decode(self._codec)
                text = raw if self._codec == "utf-8" else decoded.encode()
            except UnicodeError:
                text = b"".join(self._mend(raw, first_line, log))
        if b"\0" in text:
            for offset, line in enumerate(text.splitlines()):
                if b"\0" in line:
                    log.add("nul_bytes_replaced", first_line + offset, "NUL replaced by U+FFFD")
            text = text.replace(b"\0", _REPLACEMENT)
        return text

    def _mend(self, raw: bytes, first_line: int, log: WarningLog) -> list[bytes]:
        mended = []
        for offset, line in enumerate(self.lines(raw)):
            try:
                mended.append(line.decode(self._codec).encode())
            except UnicodeError as error:
                body = self.without_end(line)
                end = line[len(body) :].decode(self._codec).encode()
                mended.append(body.decode(self._codec, "replace").encode("utf-8", "replace") + end)
                log.add("invalid_bytes_replaced", first_line + offset, str(error))
        return mended


def detect(declared: str, start: bytes, log: WarningLog) -> tuple[Encoding, int]:
    """The encoding of a file that starts with ``start``, and how many bytes its byte order mark takes.

    A byte order mark beats the declaration. Declared UTF-16 without one is told by where the zero bytes are.
    """
    encoding = Encoding(declared)
    for bom, name in _BOMS:
        if start.startswith(bom):
            if encoding.name != name and not (encoding.is_wide and name in _UTF16):
                log.add("other_encoding", None, f"declared {declared}, but the byte order mark says {name}")
            return Encoding(name), len(bom)
    if encoding.name == "utf-16" and start:
        odd, even = start[1::2].count(0), start[::2].count(0)
        if odd == even == 0:
            log.add("other_encoding", None, f"declared {declared}, but read as utf-8")
            return Encoding("utf-8"), 0
        return Encoding("utf-16-be" if even > odd else "utf-16-le"), 0
    return encoding, 0
