"""Lines judged many at once are those that the grammar finds one by one."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cdp.ingest.reading.csv_grammar import Grammar
from cdp.ingest.reading.lines import line_table

FIELD = rb'(?:"[^"\r\n]*(?:""[^"\r\n]*)*"|[^",\r\n]*)'
LINE = re.compile(rb"%s(?:,%s)*(?:\r\n|\n)" % (FIELD, FIELD))
pieces = st.lists(st.sampled_from(["a", "b c", ",", '"', '""', '","', "\n", "\r\n", "\r", '"\n"', "é"]), max_size=40)


def one_by_one(text):
    start, found = 0, []
    while match := LINE.match(text, start):
        found.append((match.end(), len(Grammar(",", '"', 1).fields(match.group().rstrip(b"\r\n")))))
        start = match.end()
    return found


@settings(deadline=None)
@given(pieces)
@example(['"', "\n"])
@example(["a", '"', "b", '"'])
@example(['""', '""', ","])
@example(["a", "\r", "b"])
def test_the_table_ends_where_the_first_line_is_odd(parts):
    text = "".join(parts).encode() + b"\n"
    table = line_table(text, b",", b'"')
    assert list(zip(table.ends.tolist(), table.widths.tolist(), strict=True)) == one_by_one(text)


@settings(deadline=None)
@given(pieces)
def test_without_a_quote_character_quotes_are_text(parts):
    text = "".join(parts).replace("\r", "").encode() + b"\n"
    table = line_table(text, b",", b"")
    assert table.end == len(text)
    assert table.widths.tolist() == [line.count(b",") + 1 for line in text.split(b"\n")[:-1]]


@pytest.mark.parametrize(("width", "odd"), [(2, [1, 2, 4]), (1, [1, 2, 3])])
def test_lines_of_other_widths_empty_ones_and_those_with_the_probe_are_told(width, odd):
    text = {2: b"a,b\nc\n\nd,e\nx,probe\nf,g\n", 1: b"a\nprobe\n\nb,c\nd\n"}[width]
    assert line_table(text, b",", b'"').others(width, text, b"probe") == odd
