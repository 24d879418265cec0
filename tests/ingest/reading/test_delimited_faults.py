"""Broken records are refused one by one; their neighbours stay."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cdp.errors import EncodingError, IngestError
from cdp.ingest.reading import CsvFormat, ReasonCode, certify, parts

KEYED = CsvFormat(key_columns=("id",), key_pattern=r"K\d+")
PLAIN = CsvFormat()


def found(certified):
    return [(refused.line, str(refused.reason), refused.raw) for refused in certified.refused]


@pytest.mark.parametrize("fmt", [KEYED, PLAIN], ids=["with key pattern", "without"])
@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (b"K2,short", "too_few_columns"),
        (b'K2,"short"', "too_few_columns"),
        (b"K2,one,two,three", "too_many_columns"),
        (b'K2,"one",two,three', "too_many_columns"),
        (b"K2,x,", None),
        (b'K2,"open,y', "unterminated_quote"),
        (b'"K2,open,y', "unterminated_quote"),
        (b'K2,x,"', "unterminated_quote"),
        (b'K2,"inner "quotes" here",y', "malformed_quote"),
        (b"id,name,city", "repeated_header"),
        (b'"id","name","city"', "repeated_header"),
        (b"\xef\xbb\xbfid,name,city", "repeated_header"),
        (b"\0\0\0\0", "invalid_bytes"),
    ],
)
@pytest.mark.parametrize("neighbour", [b"K3,n,c", b'"K3","n","c"', b'K3,n,"c, d"', b'K3,"two\nlines",c', b'K3,"",c'])
def test_only_the_broken_record_is_refused(deliver, load, tmp_path, fmt, fault, reason, neighbour):
    path = deliver(b"\n".join([b"id,name,city", b"K1,n,c", fault, neighbour, b'K4,"n",c', b""]))
    certified = certify(path, fmt, tmp_path / "parts")
    keys = [row[0] for row in load(certified)]
    if reason is None:
        assert (keys, certified.refused) == (["K1", "K2", "K3", "K4"], [])
    else:
        assert keys == ["K1", "K3", "K4"]
        assert found(certified) == [(3, reason, fault)]
        assert certified.lines_of([0, 1]) == [2, 4]


def test_an_open_quote_does_not_swallow_what_follows(deliver, load, tmp_path):
    rows = [b"K%d,n,c" % number for number in range(3000)]
    rows[7] = b'K7,"open,c'
    rows[1500] = b'"K1500,open,c'
    rows[2999] = b'K2999,n,"open'
    certified = certify(deliver(b"\n".join([b"id,name,city", *rows])), PLAIN, tmp_path / "parts")
    assert [line for line, _, _ in found(certified)] == [9, 1502, 3001]
    assert len(load(certified)) == 2997


def test_the_rest_of_a_broken_text_is_no_record(deliver, load, tmp_path):
    path = deliver(b'id,name\nK1,"he said\nthe "big" one\nwas, fine\nbye",x\nK2,c\n')
    certified = certify(path, KEYED, tmp_path / "parts")
    assert load(certified) == [("K2", "c")]
    assert [line for line, _, _ in found(certified)] == [2, 3, 4, 5]


def test_a_record_over_lines_with_wrong_width_is_refused_whole(deliver, load, tmp_path):
    path = deliver(b'id,name,city\nK1,"two\r\nlines",a,b\nK2,n,c\n')
    certified = certify(path, KEYED, tmp_path / "parts")
    assert found(certified) == [(2, "too_many_columns", b'K1,"two\r\nlines",a,b')]
    assert load(certified) == [("K2", "n", "c")]


def test_a_record_may_span_no_more_lines_than_the_format_says(deliver, load, tmp_path):
    path = deliver(b'id,name\nK1,"a\nb\nc\nd"\nK2,x\n')
    assert len(load(certify(path, CsvFormat(max_lookahead=4), tmp_path / "parts"))) == 2
    certified = certify(path, CsvFormat(max_lookahead=3), tmp_path / "parts")
    assert [line for line, _, _ in found(certified)] == [2, 3, 4, 5]


@pytest.mark.parametrize("fmt", [KEYED, PLAIN], ids=["with key pattern", "without"])
@pytest.mark.parametrize("trailer", [b"TOTAL,2", b"*** END OF EXPORT *** 2 LINES", b"2 rows", b"--", b"EOF", b"\x1a"])
def test_closing_lines(deliver, load, tmp_path, fmt, trailer):
    path = deliver(b"id,name,city\nK1,n,c\nK2,n,c\n" + trailer + b"\r\n\r\n")
    certified = certify(path, fmt, tmp_path / "parts")
    assert found(certified) == [(4, "trailer_line", trailer)]


def test_a_cut_last_record_is_no_closing_line(deliver, tmp_path):
    for fmt in (KEYED, PLAIN):
        certified = certify(deliver(b"id,name,city\nK1,n,c\nK2,n"), fmt, tmp_path / "parts")
        assert found(certified) == [(3, "truncated_line", b"K2,n")]


def test_a_header_in_another_order_stops_the_file(deliver, tmp_path):
    with pytest.raises(IngestError, match="line 3"):
        certify(deliver(b"id,name,city\nK1,n,c\nid,city,name\nK2,c,n\n"), PLAIN, tmp_path / "parts")


def test_a_header_of_other_width_is_refused_with_its_rows(deliver, tmp_path):
    path = deliver(b"id,name,city\nK1,n,c\nid,name,city,extra\nK2,n,c,x\nK3,n,c\n")
    reasons = [refused.reason for refused in certify(path, PLAIN, tmp_path / "parts").refused]
    assert reasons == [ReasonCode.repeated_header, ReasonCode.too_many_columns]


def test_an_open_header_stops_the_file(deliver, tmp_path):
    with pytest.raises(IngestError, match="header"):
        certify(deliver(b'id,"name,city\nK1,n,c\nK2,n,c\n'), PLAIN, tmp_path / "parts")


def test_undecodable_bytes_cost_no_row(deliver, load, tmp_path):
    path = deliver(b"id,name,city\nK1,Jos\xe9,c\nK2,\xef\xbf\xbd,c\nK3,a\0b,\xc3\xa9\nK4,\xe2\x82\n")
    certified = certify(path, KEYED, tmp_path / "parts")
    assert load(certified) == [("K1", "Jos\ufffd", "c"), ("K2", "\ufffd", "c"), ("K3", "a\ufffdb", "é")]
    assert [(warning.code, warning.line, warning.count) for warning in certified.warnings] == [
        ("invalid_bytes_replaced", 2, 2),
        ("nul_bytes_replaced", 4, 1),
    ]
    assert found(certified) == [(5, "too_few_columns", b"K4,\xe2\x82")]
    assert certified.refused[0].text == "K4,\ufffd"


def test_refused_bytes_are_those_of_the_file(deliver, tmp_path):
    for encoding in ("cp1252", "utf-16-le", "utf-16-be"):
        bad = 'K2,"ü\r\nö",c,d'
        path = deliver(f"id,name,city\r\nK1,ä,c\r\n{bad}\r\nK3,n,c\r\nK4,€".encode(encoding))
        fmt = CsvFormat(encoding=encoding, key_columns=("id",), key_pattern=r"K\d+")
        certified = certify(path, fmt, tmp_path / "parts")
        assert [(refused.line, refused.raw) for refused in certified.refused] == [
            (3, bad.encode(encoding)),
            (6, "K4,€".encode(encoding)),
        ]
        assert [refused.text for refused in certified.refused] == [bad, "K4,€"]


def test_broken_utf16(deliver, load, tmp_path):
    sound = "\ufeffid,name\r\nK1,a\r\n".encode("utf-16-le")
    path = deliver(sound + "K2,".encode("utf-16-le") + b"\x00\xd8" + "\r\nK3,b".encode("utf-16-le") + b"\x00")
    certified = certify(path, CsvFormat(encoding="utf-16"), tmp_path / "parts")
    assert load(certified) == [("K1", "a"), ("K2", "\ufffd"), ("K3", "b\ufffd")]
    assert [(warning.line, warning.count) for warning in certified.warnings] == [(3, 2)]


def test_many_warnings_are_counted(deliver, tmp_path):
    certified = certify(deliver(b"id,name\n" + b"K1,\0\n" * 1500), PLAIN, tmp_path / "parts")
    (warning,) = certified.warnings
    assert (warning.line, warning.count) == (2, 1500)


def test_a_file_of_another_format_is_told_before_memory_ends(deliver, tmp_path, monkeypatch):
    monkeypatch.setattr(parts, "REFUSED_BYTES_LIMIT", 100_000)
    path = deliver(b"id,name\n" + b"1;2;3\n" * 1000)
    with pytest.raises(IngestError, match="cannot be read, the first at line 2"):
        certify(path, PLAIN, tmp_path / "parts")


NAMES = ["Böhm", "Müller", "Schäfer", "Groß"]


def _shop(encoding, count, every=1):
    lines = [f"K{n},{NAMES[n % 4] if n % every == 0 else 'Meier'},Köln" for n in range(count)]
    return "\n".join(["id,name,city", *lines, ""]).encode(encoding)


@pytest.mark.parametrize(("written", "proposed"), [("cp1252", "cp1252"), ("cp850", "cp850")])
def test_a_file_in_another_encoding_is_refused_with_a_proposal(written, proposed, deliver, tmp_path):
    with pytest.raises(EncodingError, match="90 of 91 lines hold bytes that are no utf-8") as caught:
        certify(deliver(_shop(written, 90)), KEYED, tmp_path / "parts")
    assert proposed in caught.value.hint


def test_utf8_in_a_feed_of_another_encoding_is_refused_where_it_can_be_told(deliver, tmp_path):
    with pytest.raises(EncodingError, match="are no ascii") as caught:
        certify(deliver(_shop("utf-8", 90)), replace(KEYED, encoding="ascii"), tmp_path / "parts")
    assert "encoding: utf-8" in caught.value.hint


def test_utf8_in_a_feed_of_single_bytes_is_told_by_being_utf8_throughout(deliver, load, tmp_path):
    declared = replace(KEYED, encoding="cp1252")
    with pytest.raises(EncodingError, match="are UTF-8, where the feed declares cp1252") as caught:
        certify(deliver(_shop("utf-8", 90)), declared, tmp_path / "parts")
    assert "encoding: utf-8" in caught.value.hint
    mixed = "id,name,city\nK1,Böhm,Köln\n".encode("cp1252") + "K2,Jürgen,Köln\n".encode()
    assert load(certify(deliver(mixed), declared, tmp_path / "mixed"))[0] == ("K1", "Böhm", "Köln")
    holes = "id,name,city\n" + "K1,Zoë,Köln\n" * 90 + "K2,Álvaro,Ávila\n"
    with pytest.raises(EncodingError, match="are UTF-8, where the feed declares cp1252"):
        certify(deliver(holes.encode()), declared, tmp_path / "holes")
    few = "id,name,city\nK1,Ã©,Ulm\n".encode("cp1252")
    assert load(certify(deliver(few), declared, tmp_path / "few")) == [("K1", "Ã©", "Ulm")]


@pytest.mark.parametrize(
    ("encoding", "word"),
    [
        ("cp1252", "NESCAFÉ®"), ("cp1252", "NESTLÉ™"), ("cp1252", "Spaß…"), ("cp1252", "SMÅ”"),
        ("mac_roman", "L\u2019Étoile"),
        ("cp866", "рад"), ("cp874", "แดง"),
        ("cp1251", "Рим"), ("iso8859-7", "Άννα"), ("koi8-r", "Юрий"),
    ],
)  # fmt: skip
def test_sound_single_bytes_that_could_be_utf8_are_read_as_declared(encoding, word, deliver, load, tmp_path):
    path = deliver("".join(["id,name,city\n", *(f"K{number},{word},Ulm\n" for number in range(5))]).encode(encoding))
    assert load(certify(path, replace(KEYED, encoding=encoding), tmp_path / "parts"))[4] == ("K4", word, "Ulm")


@pytest.mark.parametrize("sound", [[b"K1,Meier,Ulm"] * 900, ["K1,Böhm,Köln".encode()] * 4])
def test_damaged_lines_among_many_or_among_sound_ones_cost_no_file(sound, deliver, tmp_path):
    path = deliver(b"\n".join([b"id,name,city", *sound, *[b"K2,B\xf6hm,Ulm"] * 3, b""]))
    certified = certify(path, KEYED, tmp_path / "parts")
    assert certified.records == len(sound) + 3
    (warning,) = certified.warnings
    assert (warning.code, warning.line, warning.count) == ("invalid_bytes_replaced", len(sound) + 2, 3)


@pytest.mark.parametrize("line", [b"K2,short", b'K2,name,"open', b"K2"])
def test_a_short_last_line_without_an_end_is_truncated_and_told(line, deliver, tmp_path):
    certified = certify(deliver(b"id,name,city\r\nK1,n,c\r\n" + line), KEYED, tmp_path / "parts")
    assert found(certified) == [(3, "truncated_line", line)]
    assert [(warning.code, warning.line) for warning in certified.warnings] == [("truncated_file", 3)]


@pytest.mark.parametrize(
    ("end", "reasons"),
    [(b"K2,short\n", ["too_few_columns"]), (b"K2,n,c", []), (b"Total;1", ["trailer_line"]), (b"K2,short\n  ", None)],
)
def test_a_whole_last_line_is_not_truncated(end, reasons, deliver, tmp_path):
    certified = certify(deliver(b"id,name,city\nK1,n,c\n" + end), KEYED, tmp_path / "parts")
    assert [reason for _, reason, _ in found(certified)] == (["too_few_columns"] if reasons is None else reasons)
    assert certified.warnings == []
