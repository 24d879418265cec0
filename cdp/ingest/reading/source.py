"""Bytes of a delivered file: plain, gzip, zstd or one member of a zip, as far as they can be read."""

from __future__ import annotations

import lzma
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

from cdp.errors import IngestError
from cdp.ingest.archives import files_of, is_wanted
from cdp.ingest.reading.formats import WarningLog

BLOCK_BYTES = 1 << 20
INPUT_BYTES = 1 << 14  # deflate grows this to 16 MB at most
ZSTD_INPUT_BYTES = 1 << 9  # a zstd block of four bytes may stand for 128 KB
RATIO_LIMIT = 300
RATIO_FLOOR = 1 << 28  # smaller outputs may have any ratio
UNPACKED_LIMIT = 1 << 36
"""Bytes that one packed file may grow to, whatever its ratio."""

_GZIP, _ZSTD, _ZIP = b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd", b"PK\x03\x04"
_ARCHIVES = (
    (_GZIP, "a gzip file"),
    (_ZSTD, "a zstd file"),
    (_ZIP, "a zip archive"),
    (b"PK\x05\x06", "a zip archive"),
    (b"BZh", "a bzip2 file"),
    (b"\xfd7zXZ", "an xz file"),
    (b"7z\xbc\xaf", "a 7-zip archive"),
    (b"Rar!", "a rar archive"),
)
_AS_TEXT = "deliver it as CSV, JSON lines, parquet or .xlsx; gzip, zip and zstd are unpacked"
_PACKED_NAMES = {".gz": _GZIP, ".zst": _ZSTD, ".zip": _ZIP}


class Source:
    """One file's uncompressed bytes in chunks.

    A compressed stream that breaks off yields what could be read; ``is_broken`` is then true and the log
    says how. Raises ``IngestError`` for archives that cannot be read at all and for compression bombs.
    """

    def __init__(self, path: Path, member: str | None, log: WarningLog) -> None:
        self.path = path
        self.is_broken = False
        self._member = member
        self._log = log

    def chunks(self) -> Iterator[bytes]:
        """Non-empty chunks in order."""
        with self.path.open("rb") as file:
            start = file.read(4)
            file.seek(0)
            packed = _PACKED_NAMES.get(self.path.suffix.lower())
            if start.startswith(_ZIP) or start == b"PK\x05\x06":
                yield from self._unpacked(self._zip_member())
            elif start.startswith(_GZIP):
                yield from self._unpacked(self._inflate(file, _gzip, "gzip", zlib.error, INPUT_BYTES))
            elif start.startswith(_ZSTD):
                yield from self._unpacked(self._inflate(file, *_zstd(self.path), ZSTD_INPUT_BYTES))
            elif start == b"\xd0\xcf\x11\xe0":
                raise IngestError(
                    f"{self.path.name} is encrypted, or of an old form of Office (.xls): a format that is not read",
                    "save it as .xlsx without a password, or as CSV UTF-8",
                )
            elif any(start.startswith(magic[:4]) for magic, _ in _ARCHIVES[4:]):
                raise IngestError(f"{self.path.name} is packed or in a format that is not read", _AS_TEXT)
            elif packed is not None and start:
                yield from self._misnamed(file, packed)
            else:
                yield from _read(file)

    def _unpacked(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """The same chunks, unless they are an archive again."""
        first = next(chunks, b"")
        found = next((name for magic, name in _ARCHIVES if first.startswith(magic)), None)
        if first[257:262] == b"ustar":
            found = "a tar archive"
        if found:
            raise IngestError(f"{self.path.name} holds {found} inside", "deliver the file itself, packed once at most")
        if first:
            yield first
        yield from chunks

    def _misnamed(self, file: IO[bytes], magic: bytes) -> Iterator[bytes]:
        sample = file.read(4096)
        file.seek(0)
        kind = self.path.suffix.lower()
        if magic.startswith(sample):
            self._break(f"truncated_{kind[1:]}", "the file ends within its first bytes")
            return
        if sum(byte < 32 and byte not in b"\t\r\n\f\0" for byte in sample) * 50 > len(sample):
            raise IngestError(f"{self.path.name} is not a {kind} file", "ask the source to deliver it again")
        self._log.add("not_compressed", None, f"named {kind}, but not compressed")
        yield from _read(file)

    def _inflate(
        self, file: IO[bytes], new_decoder: Callable[[], Any], kind: str, failure: type[Exception], step: int
    ) -> Iterator[bytes]:
        decoder, total_in, total_out, is_started = new_decoder(), 0, 0, False
        while piece := file.read(step):
            total_in += len(piece)
            while piece:
                if decoder.eof:
                    if not piece.startswith(_GZIP[:2] if kind == "gzip" else _ZSTD[:1]):
                        if piece.strip(b"\0"):
                            self._log.add("trailing_bytes", None, f"bytes after the end of the {kind} data")
                        return
                    decoder, is_started = new_decoder(), False
                spare = decoder.copy() if hasattr(decoder, "copy") else None
                try:
                    data = decoder.decompress(piece)
                except failure as error:
                    yield _salvage(spare, piece)
                    self._break(f"corrupt_{kind}", f"{error}; read as far as possible")
                    return
                is_started = True
                total_out += len(data)
                self._guard(total_in, total_out)
                if data:
                    yield data
                piece = decoder.unused_data if decoder.eof else b""
        if is_started and not decoder.eof:
            self._break(f"truncated_{kind}", f"the {kind} stream breaks off; its whole lines were read")

    def _guard(self, total_in: int, total_out: int) -> None:
        if total_out > UNPACKED_LIMIT:
            raise IngestError(
                f"{self.path.name} grows to more than {UNPACKED_LIMIT >> 30} GB when unpacked",
                "deliver it in parts, or unpacked",
            )
        if total_out > RATIO_FLOOR and total_out > RATIO_LIMIT * total_in:
            raise IngestError(
                f"{self.path.name} grows to more than {RATIO_LIMIT} times its size when unpacked",
                "unpack it by hand if it is genuine",
            )

    def _break(self, code: str, detail: str) -> None:
        self.is_broken = True
        self._log.add(code, None, detail)

    def _zip_member(self) -> Iterator[bytes]:
        try:
            archive = zipfile.ZipFile(self.path)
        except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error) as error:
            raise IngestError(f"{self.path.name}: {error}", "ask the source to deliver it again") from error
        with archive:
            info = self._choose(archive)
            total_out = 0
            try:
                with archive.open(info) as file:
                    while data := file.read(BLOCK_BYTES):
                        total_out += len(data)
                        self._guard(info.compress_size, total_out)
                        yield data
            except (NotImplementedError, RuntimeError) as error:
                raise IngestError(f"{self.path.name}: {error}", "pack it with deflate, without a password") from error
            except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError) as error:
                self._break("corrupt_zip", f"{info.filename}: {error}; read as far as possible")

    def _choose(self, archive: zipfile.ZipFile) -> zipfile.ZipInfo:
        files = files_of(archive, self.path.name)
        if any(info.filename == "xl/workbook.xml" for info in files):
            raise IngestError(f"{self.path.name} is an Excel workbook", "write type: excel under form in feed.yaml")
        chosen = [info for info in files if self._member is None or is_wanted(info.filename, [self._member])]
        chosen = [info for info in chosen if info.filename == self._member] or chosen
        if len(chosen) != 1:
            names = ", ".join(info.filename for info in files) or "nothing"
            wanted = f"{len(chosen)} members match {self._member!r}" if self._member else f"{len(chosen)} members"
            raise IngestError(f"{self.path.name}: {wanted}; it holds {names}", "name one member in feed.yaml")
        if chosen[0].flag_bits & 1:
            raise IngestError(f"{self.path.name}: {chosen[0].filename} is encrypted", "deliver it decrypted")
        return chosen[0]


def _read(file: IO[bytes]) -> Iterator[bytes]:
    while data := file.read(BLOCK_BYTES):
        yield data


def _salvage(decoder: Any, piece: bytes) -> bytes:
    """What the state before a failed call still gives, byte by byte."""
    found = bytearray()
    if decoder is not None:
        for index in range(len(piece)):
            try:
                found += decoder.decompress(piece[index : index + 1])
            except zlib.error:
                break
    return bytes(found)


def _gzip() -> Any:
    return zlib.decompressobj(wbits=31)


def _zstd(path: Path) -> tuple[Callable[[], Any], str, type[Exception]]:
    try:
        import zstandard
    except ImportError as error:
        raise IngestError(f"{path.name} is packed with zstd", "pip install zstandard") from error
    return lambda: zstandard.ZstdDecompressor().decompressobj(), "zstd", zstandard.ZstdError
