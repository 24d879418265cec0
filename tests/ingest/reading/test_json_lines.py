"""JSON lines: objects load whole, every other line is refused."""

from __future__ import annotations

import json

import pytest

from cdp.ingest.reading import JsonLinesFormat, certify, raw_records

FMT = JsonLinesFormat()


def loaded(rows):
    return [json.loads(text) for (text,) in rows]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"a":1}{"b":2}', "invalid_json"),
        (b'{"a":1} {"b":2}', "invalid_json"),
        (b'{"a":1,}', "invalid_json"),
        (b'{"a":[1,]}', "invalid_json"),
        (b"{'a':1}", "invalid_json"),
        (b'{"a":1', "invalid_json"),
        (b'{"a":NaN}', "invalid_json"),
        (b'{"a":Infinity}', "invalid_json"),
        (b'{"a":01}', "invalid_json"),
        (b'{"a":"tab\there"}', "invalid_json"),
        (b'{"a":"\\x"}', "invalid_json"),
        (b'{"a":' + b"[" * 5000 + b"]" * 5000 + b"}", "invalid_json"),
        (b"[1, 2, 3]", "not_an_object"),
        (b"[1, 2,", "invalid_json"),
        (b'"text"', "not_an_object"),
        (b"null", "not_an_object"),
        (b"},", "invalid_json"),
    ],
)
@pytest.mark.parametrize("ending", [b"\n", b"\r\n"])
def test_refused_lines(deliver, load, tmp_path, line, reason, ending):
    path = deliver(ending.join([b'{"n":1}', line, b'{"n":2}', b""]), "export.jsonl")
    certified = certify(path, FMT, tmp_path / "parts")
    assert loaded(load(certified)) == [{"n": 1}, {"n": 2}]
    assert [(refused.line, refused.reason, refused.raw) for refused in certified.refused] == [(2, reason, line)]
    assert certified.lines_of([0, 1]) == [1, 3]
    assert {at: raw.text for at, raw in raw_records(path, FMT, [2, 3]).items()} == {2: line.decode(), 3: '{"n":2}'}


def test_sound_lines(deliver, load, tmp_path):
    objects = [{}, {"a": {"b": [1, None, "ü\u2028\n"]}}, {"n": 1e300, "big": 10**40}, {"": "\\ud800"}]
    lines = [json.dumps(item, ensure_ascii=number % 2 == 0).encode() for number, item in enumerate(objects)]
    path = deliver(b"\xef\xbb\xbf" + b"\n\n  \n".join(lines), "export.jsonl")
    certified = certify(path, FMT, tmp_path / "parts")
    assert loaded(load(certified)) == objects
    assert (certified.refused, certified.blank_lines, certified.columns) == ([], 6, [])
    assert certified.lines_of(range(4)) == [1, 4, 7, 10]


def test_a_broken_last_line_that_ends_like_others_is_not_truncated(deliver, tmp_path):
    certified = certify(deliver(b"{\"n\":1}\n{'n':2}"), FMT, tmp_path / "parts")
    assert [(refused.line, refused.reason) for refused in certified.refused] == [(2, "invalid_json")]


def test_a_file_that_ends_within_a_line(deliver, load, tmp_path):
    certified = certify(deliver(b'{"n":1}\n{"n":'), FMT, tmp_path / "parts")
    assert [(refused.line, refused.reason, refused.raw) for refused in certified.refused] == [
        (2, "truncated_line", b'{"n":')
    ]
    assert len(load(certified)) == 1


def test_half_surrogates_and_inner_byte_order_marks_cost_no_row(deliver, load, tmp_path):
    path = deliver(
        b'{"a":"\\ud83d","b":"\\ud83d\\ude00","c":"\\\\ud83d"}\n\xef\xbb\xbf{"n":2}\n{"a":"\\udc00\\ud83d\\ud83d\\ude00"}\n'
    )
    certified = certify(path, FMT, tmp_path / "parts")
    assert loaded(load(certified)) == [{"a": "\ufffd", "b": "😀", "c": "\\ud83d"}, {"n": 2}, {"a": "\ufffd\ufffd😀"}]
    assert [(warning.code, warning.line, warning.count) for warning in certified.warnings] == [("mended_json", 1, 3)]


def test_undecodable_bytes_cost_no_row(deliver, load, tmp_path):
    certified = certify(deliver(b'{"n":1}\n{"a":"\xc3("}\n'), FMT, tmp_path / "parts")
    assert loaded(load(certified)) == [{"n": 1}, {"a": "\ufffd("}]
    assert [(warning.code, warning.line) for warning in certified.warnings] == [("invalid_bytes_replaced", 2)]


def test_a_line_of_twenty_megabytes(deliver, load, tmp_path):
    long = "x" * 20_000_000
    certified = certify(deliver(json.dumps({"t": long}).encode() + b'\n{"n":1}'), FMT, tmp_path / "parts")
    assert loaded(load(certified)) == [{"t": long}, {"n": 1}]
    assert 20_000_000 < certified.max_record_bytes < 20_100_000


def test_other_encodings(deliver, load, tmp_path):
    for encoding in ("cp1252", "utf-16"):
        path = deliver('{"a":"é"}\r\n{"a":"€"}\r\n{'.encode(encoding))
        certified = certify(path, JsonLinesFormat(encoding), tmp_path / "parts")
        assert loaded(load(certified)) == [{"a": "é"}, {"a": "€"}]
        assert [(refused.line, refused.reason) for refused in certified.refused] == [(3, "truncated_line")]
