"""Files that hurt a reader: archives in archives, bombs, wide text, deep and wide rows, zero bytes."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import tarfile
import zipfile

import pytest

from cdp.errors import IngestError
from cdp.ingest.reading import CsvFormat, JsonLinesFormat, certify, source

ROWS = "a,b\n1,é\n2,x\n"


def zipped(content, name="x.csv"):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return buffer.getvalue()


def tarred():
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        info = tarfile.TarInfo("x.csv")
        info.size = len(ROWS.encode())
        archive.addfile(info, io.BytesIO(ROWS.encode()))
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (zipped(zipped(ROWS)), "holds a zip archive inside"),
        (zipped(gzip.compress(ROWS.encode())), "holds a gzip file inside"),
        (gzip.compress(gzip.compress(ROWS.encode())), "holds a gzip file inside"),
        (gzip.compress(tarred()), "holds a tar archive inside"),
        (bz2.compress(ROWS.encode()), "a format that is not read"),
        (zipped("<workbook/>", "xl/workbook.xml"), "is an Excel workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "a format that is not read"),
    ],
    ids=lambda value: value if isinstance(value, str) else "file",
)
def test_archives_of_archives_and_workbooks_are_refused_with_words(deliver, tmp_path, content, why):
    with pytest.raises(IngestError, match=why):
        certify(deliver(content), CsvFormat(), tmp_path / "parts")


@pytest.mark.parametrize("pack", [gzip.compress, zipped])
def test_no_packed_file_grows_without_end(deliver, tmp_path, monkeypatch, pack):
    monkeypatch.setattr(source, "UNPACKED_LIMIT", 1 << 20)
    with pytest.raises(IngestError, match="when unpacked"):
        certify(deliver(pack(b"a,b\n" + b"1,%d\n" * 300_000)), CsvFormat(), tmp_path / "parts")


def test_zstd_bombs_are_refused_before_they_fill_the_memory(deliver, tmp_path, monkeypatch):
    zstandard = pytest.importorskip("zstandard", reason="the extra 'zstd' is not installed")
    monkeypatch.setattr(source, "RATIO_FLOOR", 1 << 22)
    packed = zstandard.ZstdCompressor(level=1).compress(b"a,b\n" + b"1,2\n" * 40_000_000)
    with pytest.raises(IngestError, match="300 times"):
        certify(deliver(packed), CsvFormat(), tmp_path / "parts")


@pytest.mark.parametrize("declared", ["utf-8", "utf-16", "utf-32"])
@pytest.mark.parametrize(
    "encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"]
)
def test_text_of_any_width_is_read_whatever_was_declared(deliver, load, tmp_path, encoding, declared):
    content = (ROWS + "broken\n" + '3,"two\r\nlines"\n').encode(encoding)
    certified = certify(deliver(content), CsvFormat(encoding=declared), tmp_path / "parts")
    assert load(certified) == [("1", "é"), ("2", "x"), ("3", "two\r\nlines")]
    [refused] = certified.refused
    bare = encoding.removesuffix("-sig") if encoding not in {"utf-16", "utf-32"} else f"{encoding}-le"
    assert (refused.line, refused.raw.decode(bare)) == (4, "broken")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_wide_text_that_is_out_of_step_is_refused_instead_of_swallowing_rows(deliver, tmp_path, encoding):
    rows = [f"{number},text\n" for number in range(9)]
    content = "a,b\n1,te".encode(encoding) + b"!" + "xt\n".encode(encoding) + "".join(rows).encode(encoding)
    with pytest.raises(IngestError, match="out of step"):
        certify(deliver(content), CsvFormat(encoding=encoding), tmp_path / "parts")


def test_a_lone_half_of_a_surrogate_pair_costs_no_line(deliver, tmp_path):
    content = "a,b\n1,".encode("utf-16-le") + b"\x00\xd8" + "\n2,x\n".encode("utf-16-le") + b"\x41"
    certified = certify(deliver(content), CsvFormat(encoding="utf-16-le"), tmp_path / "parts")
    assert certified.records + len(certified.refused) == 3


@pytest.mark.parametrize("depth", [100, 900, 5_000, 200_000])
def test_deep_json_is_loaded_or_refused_and_stops_nothing(deliver, load, tmp_path, depth):
    deep = '{"a":' + "[" * depth + "]" * depth + "}"
    content = f'{{"n":1}}\n{deep}\n{{"n":2}}\n'.encode()
    certified = certify(deliver(content), JsonLinesFormat(), tmp_path / "parts")
    assert certified.records + len(certified.refused) == 3
    assert len(load(certified)) == certified.records
    assert [refused.line for refused in certified.refused] in ([], [2])


def test_two_thousand_columns(deliver, load, tmp_path):
    names = ",".join(f"column_{number}" for number in range(2000))
    rows = [",".join(f"{row}-{number}" for number in range(2000)) for row in range(20)]
    quoted = '"' + rows[0].replace(",", '","') + '"'
    content = "\n".join([names, *rows, quoted, rows[0] + ",more", rows[1].replace(",", ',"', 1)]) + "\n"
    certified = certify(deliver(content.encode()), CsvFormat(), tmp_path / "parts")
    assert len(load(certified)) == 21
    assert [str(refused.reason) for refused in certified.refused] == ["too_many_columns", "unterminated_quote"]


def test_a_field_of_five_megabytes(deliver, load, tmp_path):
    long = "x" * (5 << 20)
    content = f'a,b\n1,{long}\n2,"{long}\n{long}"\n3,z\n'.encode()
    rows = load(certify(deliver(content), CsvFormat(), tmp_path / "csv"))
    assert [(row[0], len(row[1])) for row in rows] == [("1", 5 << 20), ("2", (10 << 20) + 1), ("3", 1)]
    lines = f'{{"a":"{long}"}}\n{{"a":1}}\n'.encode()
    assert len(load(certify(deliver(lines), JsonLinesFormat(), tmp_path / "json"))) == 2


@pytest.mark.parametrize("content", [b"", b" ", b"\n\n\r\n", b"\t \n", b"\xef\xbb\xbf", b"\xff\xfe", b"\0\0\0\0"])
@pytest.mark.parametrize("fmt", [CsvFormat(), JsonLinesFormat()])
def test_next_to_nothing(deliver, load, tmp_path, content, fmt):
    certified = certify(deliver(content), fmt, tmp_path / "parts")
    assert (certified.records, len(load(certified))) == (0, 0)


def test_zero_bytes_cost_no_row(deliver, load, tmp_path):
    certified = certify(deliver(b"a,b\n1,x\0y\n2,z\n\0\0\0\n"), CsvFormat(), tmp_path / "parts")
    assert load(certified) == [("1", "x\ufffdy"), ("2", "z")]
    assert len(certified.refused) == 1
    lines = json.dumps({"a": 1}).encode()
    certified = certify(deliver(lines + b"\n\0\n" + lines + b"\n"), JsonLinesFormat(), tmp_path / "json")
    assert (certified.records, len(certified.refused)) == (2, 1)
