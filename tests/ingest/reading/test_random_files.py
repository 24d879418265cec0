"""Random files with random faults: everything good is loaded, everything broken is refused, byte for byte."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from unittest import mock

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cdp.ingest.reading import CsvFormat, JsonLinesFormat, blocks, certify, raw_records, source

ENDINGS = st.sampled_from(["\n", "\r\n", "\r"])
TEXT = st.text(alphabet='ab ,;\t"\n\ré€', max_size=12)
SIMPLE = st.text(alphabet="ab é€", max_size=6)
FAULTS = st.sampled_from(["few", "many", "open", "open last", "malformed", "header", "blank"])
REASONS = {"few": "too_few_columns", "many": "too_many_columns", "header": "repeated_header"} | {
    "open": "unterminated_quote",
    "open last": "unterminated_quote",
    "malformed": "malformed_quote",
}


@dataclass
class Written:
    """A file under construction, and what must come out of it."""

    text: str = ""
    line: int = 1
    rows: list[tuple[str | None, ...]] = field(default_factory=list)
    raws: dict[int, str] = field(default_factory=dict)
    refused: list[tuple[int, str, str]] = field(default_factory=list)

    def add(self, record: str, ending: str) -> None:
        whole = record + ending
        self.text += whole
        self.line += whole.count("\n") + whole.count("\r") - whole.count("\r\n")

    def cut(self) -> None:
        """Take the last line's end away: when it was refused for being short, it is truncated."""
        self.text = self.text.rstrip("\r\n")
        last = self.text.count("\n") + self.text.count("\r") - self.text.count("\r\n") + 1
        line, reason, record = self.refused[-1] if self.refused else (0, "", "")
        if line == last and reason in {"too_few_columns", "unterminated_quote"}:
            self.refused[-1] = (line, "truncated_line", record)


def write_field(value: str, is_quoted: bool) -> tuple[str, str | None]:
    must = any(sign in value for sign in ",;\t\n\r") or value.startswith('"')
    if is_quoted or must:
        return '"' + value.replace('"', '""') + '"', value
    return value, value or None


@st.composite
def files(draw: st.DrawFn) -> Written:
    width = draw(st.integers(2, 4))
    names = ["the_key", "other", "third", "fourth"][:width]
    written = Written()
    written.add(",".join(names), draw(ENDINGS))
    for number in range(draw(st.integers(0, 12))):
        ending = draw(ENDINGS)
        if draw(st.integers(0, 3)):
            values = [f"K{number}", *(draw(TEXT) for _ in range(width - 1))]
            pairs = [write_field(value, draw(st.booleans())) for value in values]
            record = ",".join(pair[0] for pair in pairs)
            written.rows.append(tuple(pair[1] for pair in pairs))
            written.raws[written.line] = record
        else:
            kind = draw(FAULTS)
            if kind == "blank" and written.text.endswith("\r") and ending == "\n":
                continue  # both together would be one line end
            record = broken(draw, kind, number, width, names)
            if kind != "blank":
                written.refused.append((written.line, REASONS[kind], record))
        written.add(record, ending)
    if written.line > 2 and draw(st.booleans()):
        written.cut()
    return written


def broken(draw: st.DrawFn, kind: str, number: int, width: int, names: list[str]) -> str:
    values = [f"K{number}", *(draw(SIMPLE) for _ in range(width - 1))]
    if kind == "blank":
        return ""
    if kind == "header":
        return ",".join(names)
    if kind == "few":
        return ",".join(values[:-1])
    if kind == "many":
        return ",".join([*values, '"x"'])
    if kind == "malformed":
        values[-1] = '"a"b'
    elif kind == "open":
        values[1] = '"a' + values[1]
    elif kind == "open last":
        values[-1] = values[-1].join('"x')
    return ",".join(values)


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16"])
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(written=files(), block_bytes=st.sampled_from([4, 10, 64, 1 << 20]))
def test_delimited(encoding, written, block_bytes, load, tmp_path):
    path = tmp_path / "export.csv"
    path.write_bytes(written.text.encode(encoding))
    fmt = CsvFormat(encoding=encoding, key_columns=("the_key",), key_pattern=r"K\d+")
    with mock.patch.object(blocks, "BLOCK_BYTES", block_bytes), mock.patch.object(source, "BLOCK_BYTES", block_bytes):
        certified = certify(path, fmt, tmp_path / "parts")
        raws = raw_records(path, fmt, list(written.raws))
    assert load(certified) == written.rows
    assert [(refused.line, str(refused.reason), refused.text) for refused in certified.refused] == written.refused
    codec = "utf-16-le" if encoding == "utf-16" else encoding
    assert [refused.raw for refused in certified.refused] == [raw.encode(codec) for _, _, raw in written.refused]
    assert certified.lines_of(range(certified.records)) == list(written.raws)
    assert {line: raw.text for line, raw in raws.items()} == written.raws
    assert {line: raw.raw for line, raw in raws.items()} == {n: t.encode(codec) for n, t in written.raws.items()}


OBJECTS = st.dictionaries(
    st.text(max_size=4), st.none() | st.booleans() | st.integers() | st.text(max_size=8), max_size=3
)
LINES = st.lists(
    st.tuples(st.just(True), OBJECTS.map(json.dumps))
    | st.tuples(st.just(True), OBJECTS.map(lambda item: json.dumps(item, ensure_ascii=False)))
    | st.tuples(st.just(False), OBJECTS.map(lambda item: json.dumps(item)[:-1]))
    | st.tuples(st.just(False), OBJECTS.map(lambda item: json.dumps(item) * 2))
    | st.tuples(st.just(False), st.sampled_from(["[]", "1", "x", '{"a":1,}']))
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=LINES, block_bytes=st.sampled_from([4, 10, 64, 1 << 20]), ending=st.sampled_from(["\n", "\r\n"]))
def test_json_lines(lines, block_bytes, ending, load, tmp_path):
    path = tmp_path / "export.jsonl"
    path.write_bytes(ending.join(text for _, text in lines).encode("utf-8", "replace"))
    with mock.patch.object(blocks, "BLOCK_BYTES", block_bytes), mock.patch.object(source, "BLOCK_BYTES", block_bytes):
        certified = certify(path, JsonLinesFormat(), tmp_path / "parts")
    numbered = list(enumerate(lines, 1))
    assert [text for (text,) in load(certified)] == [text for is_sound, text in lines if is_sound]
    assert certified.lines_of(range(certified.records)) == [line for line, (is_sound, _) in numbered if is_sound]
    assert [(item.line, item.text) for item in certified.refused] == [
        (line, text) for line, (is_sound, text) in numbered if not is_sound
    ]
