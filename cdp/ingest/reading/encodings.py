"""Line ends and UTF-8 text out of bytes in any encoding, line by line the same on both sides."""

from __future__ import annotations

import codecs
import re
import struct
from collections.abc import Mapping, Sequence

from cdp.errors import EncodingError, IngestError
from cdp.ingest.reading.formats import Decoding, WarningLog

_ASCII = bytes(range(128))
_WIDE = {
    "utf-16-le": ("utf-16-le", 2),
    "utf-16-be": ("utf-16-be", 2),
    "utf-16": ("utf-16-le", 2),
    "utf-32-le": ("utf-32-le", 4),
    "utf-32-be": ("utf-32-be", 4),
    "utf-32": ("utf-32-le", 4),
}
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # begins as UTF-16 does
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SAMPLE = 4096
_REPLACEMENT = "\ufffd".encode()
_FEWEST_BROKEN, _LINES_PER_BROKEN = 3, 200
"""Fewer broken lines than three, or than one in 200, are damage."""
_BROKEN_KEPT = 200
_SMALL_IN_WORD = re.compile(r"(?<=[a-z])[ß-öø-ÿ]|[ß-öø-ÿ](?=[a-z])")
_GREAT_IN_WORD = re.compile(r"(?<=[A-Z])[À-ÖØ-Þ]|[À-ÖØ-Þ](?=[A-Z])")
_TWO_BYTES = "\u00fc".encode()
_FEWEST_LETTERS = 3
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
_OF_WESTERN_WORDS = re.compile("[\u00c0-\u00ff]")
_OF_WORDS = re.compile("[\u00a0-\u017f\u0370-\u04ff\u2010-\u2044\u20ac\u2122]")
_LIKELY = ("utf-8", "cp1252", "cp850")


class Encoding:
    """One encoding whose line ends can be found in the bytes. CRLF, LF and CR each end a line.

    Raises ``IngestError`` for an unknown name and for encodings without plain line ends (EBCDIC).
    """

    def __init__(self, name: str) -> None:
        try:
            codec = codecs.lookup(name).name
            codec = "utf-8" if codec == "utf-8-sig" else codec
            is_plain = codec in _WIDE or b"\r\n".decode(codec) == "\r\n"
        except (LookupError, UnicodeError) as error:
            raise IngestError(f"{name!r} is not an encoding", "e.g. utf-8, cp1252, utf-16") from error
        if not is_plain:
            raise IngestError(f"files in {name} cannot be read", "convert them to utf-8")
        self.name = codec
        self.is_wide = codec in _WIDE
        self._codec, self._unit = _WIDE.get(codec, (codec, 1))
        self._is_of_single_bytes = (
            not self.is_wide and len(_TWO_BYTES.decode(codec, "replace")) == 2 and codec != "ascii"
        )
        self._keeps_ascii = not self.is_wide and _ASCII.decode(codec, "replace").encode("utf-8", "replace") == _ASCII

    def cut(self, data: bytes) -> int:
        """Offset behind the last line end that surely is one; 0 when there is none."""
        if not self.is_wide:
            return data.rfind(b"\n") + 1 or data.rfind(b"\r", 0, len(data) - 1) + 1
        unit = self._unit
        for sign, stop in (("\n", len(data)), ("\r", len(data) - unit)):
            end = data.rfind(sign.encode(self._codec), 0, max(stop, 0))
            while end > 0 and end % unit:
                end = data.rfind(sign.encode(self._codec), 0, end + unit - 1)
            if end >= 0 and end % unit == 0:
                return end + unit
        return 0

    def lines(self, raw: bytes) -> list[bytes]:
        """Physical lines with their ends; joined they give ``raw``."""
        if not self.is_wide:
            return raw.splitlines(keepends=True)
        whole = len(raw) - len(raw) % self._unit
        found = self._wide_lines(raw[:whole])
        if whole < len(raw):
            if found and not found[-1].endswith(("\r".encode(self._codec), "\n".encode(self._codec))):
                found[-1] += raw[whole:]
            else:
                found.append(raw[whole:])
        return found

    def _wide_lines(self, raw: bytes) -> list[bytes]:
        """Lines of whole code units, found in the units themselves: they may be no characters."""
        kind, order = ("H", "I")[self._unit // 4], ">" if self._codec.endswith("be") else "<"
        units = struct.unpack(f"{order}{len(raw) // self._unit}{kind}", raw)
        found, start = [], 0
        for index, unit in enumerate(units):
            if unit == 10 or (unit == 13 and units[index + 1 : index + 2] != (10,)):
                end = (index + 1) * self._unit
                found.append(raw[start:end])
                start = end
        return [*found, raw[start:]] if start < len(raw) else found

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
            if self._is_of_single_bytes:
                self._note_utf8(raw, log.decoding)
            try:
                decoded = raw.decode(self._codec)
                self._must_be_in_step(decoded, first_line)
                text = raw if self._codec == "utf-8" else decoded.encode()
                log.decoding.lines_sound += 1
            except UnicodeError:
                text = b"".join(self._mend(raw, first_line, log))
        if b"\0" in text:
            for offset, line in enumerate(text.splitlines()):
                if b"\0" in line:
                    log.add("nul_bytes_replaced", first_line + offset, "NUL replaced by U+FFFD")
            text = text.replace(b"\0", _REPLACEMENT)
        return text

    @staticmethod
    def _note_utf8(raw: bytes, found: Decoding) -> None:
        """Bytes that make UTF-8 make it by intent: hardly any text of single bytes does so throughout."""
        if found.is_no_utf8:
            return
        try:
            found.letters_of_utf8.update(_BEYOND_ASCII.findall(raw.decode()))
        except UnicodeError:
            found.is_no_utf8 = True

    def _must_be_in_step(self, decoded: str, line: int) -> None:
        """Raise ``IngestError`` where a lost or added byte makes one long text of everything behind it."""
        if self.is_wide and ("\u0a00" in decoded or ("\u0d00" in decoded and "\n" not in decoded)):
            raise IngestError(
                f"bytes are missing or too many near line {line + decoded.partition(chr(0x0A00))[0].count(chr(10))}: "
                f"the characters behind are out of step in {self.name}",
                "ask the source to deliver the file again",
            )

    def _mend(self, raw: bytes, first_line: int, log: WarningLog) -> list[bytes]:
        mended = []
        for offset, line in enumerate(self.lines(raw)):
            self._must_be_in_step(line.decode(self._codec, "replace"), first_line + offset)
            try:
                mended.append(line.decode(self._codec).encode())
                log.decoding.lines_sound += not line.isascii()
            except UnicodeError:
                body = self.without_end(line)
                end = line[len(body) :].decode(self._codec).encode()
                mended.append(body.decode(self._codec, "replace").encode("utf-8", "replace") + end)
                log.add("invalid_bytes_replaced", first_line + offset, f"bytes that are no {self.name} became U+FFFD")
                log.decoding.lines_broken += 1
                if len(log.decoding.broken) < _BROKEN_KEPT:
                    log.decoding.broken.append(body)
        return mended

    def must_fit(self, found: Decoding, lines: int) -> None:
        """Raise ``EncodingError`` when a file of so many lines is surely not in this encoding.

        A few broken lines among many, or among more that are sound and not plain ASCII, are damage, not another
        encoding. Single bytes say something in nearly any order, so a file of them is told by being UTF-8 throughout.
        """
        if not found.is_no_utf8 and _are_words(found.letters_of_utf8):
            raise EncodingError(
                f"its {found.letters_of_utf8.total()} characters beyond ASCII are UTF-8, where the feed declares "
                f"{self.name}; nothing of the file was loaded",
                "if the source writes UTF-8 now, set 'encoding: utf-8' under form in the feed's feed.yaml",
            )
        is_much = found.lines_broken * _LINES_PER_BROKEN > lines and found.lines_broken > found.lines_sound
        if found.lines_broken >= _FEWEST_BROKEN and is_much:
            share = f"{found.lines_broken} of {lines} lines hold bytes that are no {self.name}"
            raise EncodingError(f"{share}; nothing of the file was loaded", self.proposal(found.broken))

    def proposal(self, broken: Sequence[bytes]) -> str:
        """What to declare instead, for lines that are no text in this encoding."""
        fitting = {name: found for name in _LIKELY if name != self.name and (found := _decoded(broken, name))}
        if not fitting:
            return "set the encoding that the source writes under form in the feed's feed.yaml"
        name = "utf-8" if "utf-8" in fitting else max(fitting, key=lambda name: _letters_in_words(fitting[name]))
        return f"it looks like {name}: set 'encoding: {name}' under form in the feed's feed.yaml"


def _are_words(letters: Mapping[str, int]) -> bool:
    """Whether characters are those that words are written with: three of them, of two kinds where they are rare."""
    usual = {letter: count for letter, count in letters.items() if _OF_WORDS.fullmatch(letter)}
    is_plain = any(_OF_WESTERN_WORDS.fullmatch(letter) for letter in usual)
    return sum(usual.values()) >= _FEWEST_LETTERS and (is_plain or len(usual) > 1)


def utf8_behind(text: str, encoding: str) -> str | None:
    """What a text says that was UTF-8 and read in another encoding; ``None`` when it was not."""
    try:
        if len(_TWO_BYTES.decode(encoding, "replace")) != len(_TWO_BYTES):
            return None
        told = text.encode(encoding).decode()
    except (UnicodeError, LookupError):
        return None
    return told if told != text else None


def _decoded(lines: Sequence[bytes], encoding: str) -> str:
    """The lines as text; empty when they are none."""
    try:
        return b"\n".join(lines).decode(encoding)
    except UnicodeError:
        return ""


def _letters_in_words(text: str) -> int:
    """Letters beyond ASCII that stand beside an ASCII letter of their own case, as in words."""
    return len(_SMALL_IN_WORD.findall(text)) + len(_GREAT_IN_WORD.findall(text))


def detect(declared: str, start: bytes, log: WarningLog) -> tuple[Encoding, int]:
    """The encoding of a file that starts with ``start``, and how many bytes its byte order mark takes.

    A byte order mark beats the declaration. Without one, text of two or four bytes per character is told by where
    the zero bytes are, declared or not.
    """
    encoding = Encoding(declared)
    for bom, name in _BOMS:
        if start.startswith(bom):
            if encoding.name != name and not (encoding.is_wide and name in _WIDE):
                log.add("other_encoding", None, f"declared {declared}, but the byte order mark says {name}")
            return Encoding(name), len(bom)
    found = _told_by_zeros(start[:_SAMPLE])
    if found is None and encoding.is_wide and encoding.name in {"utf-16", "utf-32"} and start:
        found = "utf-8" if 0 not in start[:_SAMPLE] else None
    if found is None:
        return encoding, 0
    if encoding.name != found and not (encoding.is_wide and found in _WIDE):
        log.add("other_encoding", None, f"declared {declared}, but read as {found}")
    return Encoding(found), 0


def _told_by_zeros(start: bytes) -> str | None:
    """The encoding of wide text that is mostly ASCII; ``None`` when zero bytes do not lie as they do there."""
    quarters = [start[place::4] for place in range(4)]
    if len(start) < 8 or not quarters[3]:
        return None
    is_zero = [quarter.count(0) > 0.6 * len(quarter) for quarter in quarters]
    is_text = [quarter.count(0) < 0.2 * len(quarter) for quarter in quarters]
    for zeros, name in (
        ((0, 1, 1, 1), "utf-32-le"),
        ((1, 1, 1, 0), "utf-32-be"),
        ((0, 1, 0, 1), "utf-16-le"),
        ((1, 0, 1, 0), "utf-16-be"),
    ):
        if all(is_zero[place] if zero else is_text[place] for place, zero in enumerate(zeros)):
            return name
    return None
