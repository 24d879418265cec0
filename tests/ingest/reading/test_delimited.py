"""Sound delimited files load with exactly the content that they hold."""

from __future__ import annotations

import dataclasses

import pytest

from cdp.errors import IngestError
from cdp.ingest.reading import CsvFormat, certify, parts, raw_records


def test_values_arrive_as_they_stand_in_the_file(deliver, load, tmp_path):
    path = deliver(
        b"id,note,more\r\n"
        b'1,"two\r\nlines",\r\n'
        b'2,"say ""hi""",""\n'
        b'3, blanks kept ,5" pipe\r\n'
        b'4,"a,b",a"b"c\n'
        b'5,"only\nLF","and\rCR"\r\n'
        b"6,#hash,\\N"
    )
    certified = certify(path, CsvFormat(), tmp_path / "parts")
    assert load(certified) == [
        ("1", "two\r\nlines", None),
        ("2", 'say "hi"', ""),
        ("3", " blanks kept ", '5" pipe'),
        ("4", "a,b", 'a"b"c'),
        ("5", "only\nLF", "and\rCR"),
        ("6", "#hash", "\\N"),
    ]
    assert (certified.columns, certified.refused, certified.warnings) == (["id", "note", "more"], [], [])
    assert certified.lines_of(range(6)) == [2, 4, 5, 6, 7, 10]
    assert {at: raw.text for at, raw in raw_records(path, CsvFormat(), [2, 5, 7, 10]).items()} == {
        2: '1,"two\r\nlines",',
        5: '3, blanks kept ,5" pipe',
        7: '5,"only\nLF","and\rCR"',
        10: "6,#hash,\\N",
    }


@pytest.mark.parametrize(
    ("fmt", "content", "expected"),
    [
        (CsvFormat(delimiter=";"), b"a;b\n1;x,y\n", ("1", "x,y")),
        (CsvFormat(delimiter="\t"), b'a\tb\n"1\t"\t x\n', ("1\t", " x")),
        (CsvFormat(delimiter="|", quote="'"), b"a|b\n1|'it''s | \"x\"'\n", ("1", 'it\'s | "x"')),
        (CsvFormat(quote=""), b'a,b\n"1,"x\n', ('"1', '"x')),
        (CsvFormat(delimiter="^", quote="]"), b"a^b\n1^]x^y]\n", ("1", "x^y")),
        (CsvFormat(header=False, columns=("a", "b")), b"1,x\n", ("1", "x")),
        (CsvFormat(header=False), b"1,x\n", ("1", "x")),
        (CsvFormat(), b"sep=,\na,b\n1,x\n", ("1", "x")),
        (CsvFormat(), b'"a","b\nc"\n"1","x"\n', ("1", "x")),
    ],
)
def test_dialects(deliver, load, tmp_path, fmt, content, expected):
    assert load(certify(deliver(content), fmt, tmp_path / "parts")) == [expected]


@pytest.mark.parametrize(
    ("encoding", "bom"),
    [("utf-8", b"\xef\xbb\xbf"), ("utf-8", b""), ("utf-16", b"\xff\xfe"), ("utf-16-le", b""), ("utf-16-be", b"")],
)
def test_unicode_encodings(deliver, load, tmp_path, encoding, bom):
    codec = "utf-16-le" if encoding == "utf-16" else encoding
    content = bom + 'k\tname\r\n1\tZoë\r\n2\t"漢\r\n字 😀"\r\n3\tਊഊ\r\n'.encode(codec)
    fmt = CsvFormat(delimiter="\t", encoding=encoding)
    path = deliver(content)
    certified = certify(path, fmt, tmp_path / "parts")
    assert certified.columns == ["k", "name"]
    assert load(certified) == [("1", "Zoë"), ("2", "漢\r\n字 😀"), ("3", "ਊഊ")]
    assert certified.lines_of([0, 1, 2]) == [2, 3, 5]
    assert {at: raw.text for at, raw in raw_records(path, fmt, [3]).items()} == {3: '2\t"漢\r\n字 😀"'}


def test_code_pages_become_utf8(deliver, load, tmp_path):
    path = deliver("k;v\r\n1;Müller · 5 €\r\n".encode("cp1252"))
    certified = certify(path, CsvFormat(delimiter=";", encoding="cp1252"), tmp_path / "parts")
    assert load(certified) == [("1", "Müller · 5 €")]


def test_byte_order_mark_beats_the_declared_encoding(deliver, load, tmp_path):
    path = deliver("k,v\n1,ü\n".encode("utf-16"))
    certified = certify(path, CsvFormat(encoding="cp1252"), tmp_path / "parts")
    assert load(certified) == [("1", "ü")]
    assert [warning.code for warning in certified.warnings] == ["other_encoding"]


def test_plain_text_that_was_declared_utf16(deliver, load, tmp_path):
    certified = certify(deliver("k,v\n1,ü\n".encode()), CsvFormat(encoding="utf-16"), tmp_path / "parts")
    assert load(certified) == [("1", "ü")]
    assert [warning.code for warning in certified.warnings] == ["other_encoding"]


def test_a_field_of_five_megabytes(deliver, load, tmp_path):
    long = "x" * 5_000_000
    path = deliver(f'k,v\n1,{long}\n2,"{long}\n,""{long}"\n3,c\n'.encode())
    certified = certify(path, CsvFormat(), tmp_path / "parts")
    assert load(certified) == [("1", long), ("2", f'{long}\n,"{long}'), ("3", "c")]
    assert certified.lines_of([0, 1, 2]) == [2, 3, 5]
    assert certified.max_record_bytes >= 10_000_000


def test_quoted_text_that_looks_like_records(deliver, load, tmp_path, monkeypatch):
    text = ('9,9\n"8","8"\n' + "x" * 500 + "\n") * 100
    rows = b"".join(b'%d,"%s"\n' % (number, text.replace('"', '""').encode()) for number in range(300))
    monkeypatch.setattr(parts, "PART_BYTES", 9 << 20)
    certified = certify(deliver(b"k,v\n" + rows), CsvFormat(max_lookahead=10_000), tmp_path / "parts")
    assert len(certified.parts) > 1
    assert load(certified) == [(str(number), text) for number in range(300)]


@pytest.mark.parametrize("ending", [b"\n", b"\r\n", b"\r", b"\r\r\n"])
def test_line_ends(deliver, load, tmp_path, ending):
    path = deliver(ending.join([b"k,v", b"1,a", b"", b"  ", b"2,b", b'3,"c"', b""]))
    certified = certify(path, CsvFormat(), tmp_path / "parts")
    assert load(certified) == [("1", "a"), ("2", "b"), ("3", "c")]
    assert certified.refused == []
    if ending != b"\r\r\n":
        assert certified.blank_lines == 2
        assert certified.lines_of([0, 1, 2]) == [2, 5, 6]


@pytest.mark.parametrize("content", [b"", b"\n\r\n", b"\xef\xbb\xbf"])
def test_nothing_in_the_file(deliver, tmp_path, content):
    certified = certify(deliver(content), CsvFormat(), tmp_path / "parts")
    assert (certified.parts, certified.columns, certified.records, certified.refused) == ([], [], 0, [])


@pytest.mark.parametrize("content", [b"a,b", b"a,b\n", b"\xef\xbb\xbfa,b\r\n\r\n", "a,b\n".encode("utf-16")])
def test_header_only(deliver, tmp_path, content):
    certified = certify(deliver(content), CsvFormat(), tmp_path / "parts")
    assert (certified.parts, certified.columns, certified.records) == ([], ["a", "b"], 0)


def test_one_column(deliver, load, tmp_path):
    certified = certify(deliver(b'mail\na\n\n"x\n\ny"\n""\n'), CsvFormat(), tmp_path / "parts")
    assert load(certified) == [("a",), ("x\n\ny",), ("",)]
    assert (certified.blank_lines, certified.lines_of([0, 1, 2])) == (1, [2, 4, 7])


@pytest.mark.parametrize(
    "change",
    [
        {"delimiter": "||"},
        {"delimiter": "§"},
        {"quote": "''"},
        {"quote": ","},
        {"encoding": "klingon"},
        {"encoding": "cp037"},
        {"encoding": "rot13"},
        {"key_pattern": "("},
    ],
)
def test_formats_that_cannot_be_read_are_told(deliver, tmp_path, change):
    with pytest.raises(IngestError):
        certify(deliver(b"a,b\n1,2\n"), dataclasses.replace(CsvFormat(), **change), tmp_path / "parts")


def test_lines_of_unknown_records(deliver, tmp_path):
    path = deliver(b"a,b\n1,2\n")
    certified = certify(path, CsvFormat(), tmp_path / "parts")
    with pytest.raises(IndexError):
        certified.line_of(1)
    with pytest.raises(KeyError, match="line 7"):
        raw_records(path, CsvFormat(), [7])
    assert raw_records(path, CsvFormat(), []) == {}
