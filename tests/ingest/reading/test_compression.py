"""Compressed files, whole and damaged."""

from __future__ import annotations

import gzip
import io
import random
import zipfile
import zlib

import pytest

from cdp.errors import IngestError
from cdp.ingest.reading import CsvFormat, JsonLinesFormat, certify, source

LINES = [b'{"n":%d,"text":"%d"}' % (number, number**7) for number in range(3000)]
CONTENT = b"\n".join(LINES) + b"\n"


def codes(certified):
    return [warning.code for warning in certified.warnings]


def zipped(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def test_gzip_and_joined_gzip(deliver, load, tmp_path):
    both = gzip.compress(CONTENT) + gzip.compress(CONTENT)
    certified = certify(deliver(both + bytes(512), "e.jsonl.gz"), JsonLinesFormat(), tmp_path / "parts")
    assert (len(load(certified)), certified.refused, certified.warnings) == (6000, [], [])


def test_bytes_behind_gzip(deliver, tmp_path):
    certified = certify(deliver(gzip.compress(CONTENT) + b"junk"), JsonLinesFormat(), tmp_path / "parts")
    assert (certified.records, codes(certified)) == (3000, ["trailing_bytes"])


def test_truncated_gzip_gives_its_whole_lines(deliver, load, tmp_path):
    packed = gzip.compress(CONTENT)
    for length in (1, 2, 5, 12, 700, len(packed) // 2, len(packed) - 9, len(packed) - 4):
        certified = certify(deliver(packed[:length], "e.jsonl.gz"), JsonLinesFormat(), tmp_path / "parts")
        readable = zlib.decompressobj(wbits=31).decompress(packed[:length]) if length > 1 else b""
        *whole, half = readable.split(b"\n")
        assert [text.encode() for (text,) in load(certified)] == whole
        assert [(refused.line, refused.reason, refused.raw) for refused in certified.refused] == (
            [(len(whole) + 1, "truncated_line", half)] if half else []
        )
        assert codes(certified) == ["truncated_gz" if length < 3 else "truncated_gzip"]


def test_a_cut_record_is_refused_even_when_its_columns_are_there(deliver, load, tmp_path):
    rows = b"a,b\n" + b"".join(b"%d,%d\n" % (number, number**9) for number in range(2000))
    packed = gzip.compress(rows)
    certified = certify(deliver(packed[: len(packed) // 2]), CsvFormat(), tmp_path / "parts")
    assert all(row == (str(number), str(number**9)) for number, row in enumerate(load(certified)))
    assert [refused.reason for refused in certified.refused] == ["truncated_line"]
    assert certified.refused[0].line == certified.records + 2


def test_corrupt_gzip_is_told(deliver, load, tmp_path):
    packed = gzip.compress(CONTENT)
    chance = random.Random(5)
    for _ in range(60):
        damaged = bytearray(packed)
        damaged[chance.randrange(10, len(packed))] ^= 1 << chance.randrange(8)
        certified = certify(deliver(bytes(damaged)), JsonLinesFormat(), tmp_path / "parts")
        assert len(certified.warnings) >= 1
        assert len(load(certified)) == certified.records


def test_damage_leaves_what_stands_before_it(deliver, load, tmp_path):
    packed = bytearray(gzip.compress(CONTENT))
    packed[-6] ^= 1
    certified = certify(deliver(bytes(packed)), JsonLinesFormat(), tmp_path / "parts")
    assert (len(load(certified)), codes(certified)) == (3000, ["corrupt_gzip"])


def test_empty_file_of_any_name(deliver, tmp_path):
    for name in ("e.jsonl.gz", "e.zip", "e.json"):
        certified = certify(deliver(b"", name), JsonLinesFormat(), tmp_path / "parts")
        assert (certified.records, certified.refused, certified.warnings) == (0, [], [])


def test_names_that_promise_too_much(deliver, tmp_path):
    certified = certify(deliver(CONTENT, "e.jsonl.gz"), JsonLinesFormat(), tmp_path / "parts")
    assert (certified.records, codes(certified)) == (3000, ["not_compressed"])
    with pytest.raises(IngestError, match=r"not a \.gz file"):
        certify(deliver(bytes(range(1, 200)) * 9, "e.csv.gz"), CsvFormat(), tmp_path / "parts")


def test_zip_members(deliver, load, tmp_path):
    path = deliver(zipped({"Sent.csv": b"a,b\n1,2\n", "in/Opens.csv": b"a,b\n3,4\n5,6\n"}), "extract.zip")
    assert load(certify(path, CsvFormat(), tmp_path / "parts", "Sent.csv")) == [("1", "2")]
    assert len(load(certify(path, CsvFormat(), tmp_path / "parts", "*Opens*.csv"))) == 2
    for member in (None, "*.csv", "Clicks.csv"):
        with pytest.raises(IngestError, match=r"it holds Sent\.csv, in/Opens\.csv"):
            certify(path, CsvFormat(), tmp_path / "parts", member)


def test_a_single_member_needs_no_name(deliver, load, tmp_path):
    assert len(load(certify(deliver(zipped({"x.csv": b"a,b\n1,2\n"})), CsvFormat(), tmp_path / "parts"))) == 1


def test_damaged_and_encrypted_zips(deliver, tmp_path):
    whole = zipped({"x.csv": b"a,b\n" + b"1,2\n" * 5000})
    with pytest.raises(IngestError):
        certify(deliver(whole[:-30], "x.zip"), CsvFormat(), tmp_path / "parts")
    damaged = bytearray(whole)
    damaged[60] ^= 0xFF
    assert codes(certify(deliver(bytes(damaged), "x.zip"), CsvFormat(), tmp_path / "parts")) == ["corrupt_zip"]
    locked = bytearray(whole)
    locked[whole.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(IngestError, match="encrypted"):
        certify(deliver(bytes(locked), "x.zip"), CsvFormat(), tmp_path / "parts")


@pytest.mark.parametrize("pack", [gzip.compress, lambda content: zipped({"x.csv": content})])
def test_compression_bombs(deliver, tmp_path, monkeypatch, pack):
    monkeypatch.setattr(source, "RATIO_FLOOR", 1 << 22)
    path = deliver(pack(b"a,b\n" + b"1,2\n" * 3_000_000))
    with pytest.raises(IngestError, match="300 times"):
        certify(path, CsvFormat(), tmp_path / "parts")


def test_zstd(deliver, load, tmp_path):
    zstandard = pytest.importorskip("zstandard", reason="the extra 'zstd' is not installed")
    packed = zstandard.ZstdCompressor().compress(CONTENT)
    certified = certify(deliver(packed + packed), JsonLinesFormat(), tmp_path / "parts")
    assert (len(load(certified)), certified.warnings) == (6000, [])
    assert codes(certify(deliver(packed[:-40]), JsonLinesFormat(), tmp_path / "parts")) == ["truncated_zstd"]
