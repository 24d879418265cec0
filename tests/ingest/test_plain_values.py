"""The short way of reading a value gives what the long way gives."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cdp.contracts.model import Property
from cdp.engines import open_engine
from cdp.ingest.values import cleaned, kept, plain, typed

ODD = [
    "", " ", "0", "-0", "+5", "12", " 12", "12 ", "1e3", "1_000", "0x10", "12.0", "12.7", "1.50", "1.5", "1.", ".5",
    "-.5",
    "-", "-0.00", "1.005", "00012", "1,5", "99999999999999999999", "12345678901234567.89", "inf", "nan", "infinity",
    "-infinity", "epoch", "2026-01-31", "2026-02-30", "2026-1-5", "02026-01-01", "20260131", "0999-01-01",
    "2026-01-31 10:20:30", "2026-01-31T10:20:30", "2026-01-31 10:20:30.5", "2026-01-31 24:00:00", "2026-01-31 10:20",
    "2026-01-31 10:20:30Z", "2026-01-31 10:20:30+02", "10000-01-01 00:00:00", "0044-03-15 (BC) 00:00:00",
    "\u00a012\u00a0",
    "2026-01-31 10:20:3 ", "2026-01-31 1:20:300", "12\x00",
]  # fmt: skip
KINDS = {
    "integer": {"logicalType": "integer"},
    "number": {"logicalType": "number"},
    "scaled": {"logicalType": "number", "logicalTypeOptions": {"scale": 4}},
    "date": {"logicalType": "date"},
    "timestamp": {"logicalType": "timestamp"},
    "zoned": {"logicalType": "timestamp", "timeZone": "Europe/London"},
}


@pytest.fixture(scope="module")
def engine():
    opened = open_engine("duckdb", threads=1)
    yield opened
    opened.close()


def differing(engine, kind, texts):
    item = Property.model_validate({"name": "v", **KINDS[kind]})
    short = plain(item, "raw")
    assert short is not None
    return engine.rows(
        f"select raw, short, long from (select raw, {short} as short, {typed(item)} as long from "
        f'(select raw, {cleaned(item, "raw")} as "v" from (select unnest($texts) as raw))) '
        "where short is not null and short is distinct from long",
        {"texts": texts},
    )


@pytest.mark.parametrize("kind", KINDS)
def test_odd_texts(engine, kind):
    assert differing(engine, kind, ODD) == []


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=30, deadline=None)
@given(
    texts=st.lists(
        st.from_regex(r"[ +-]?[0-9]{0,5}[-. e]?[0-9]{0,3}[-: T]{0,2}[0-9: .]{0,10}", fullmatch=True), min_size=50
    )
)
def test_texts_like_values(engine, kind, texts):
    assert differing(engine, kind, texts) == []


@pytest.mark.parametrize(
    ("text", "bare"),
    [("a", "a"), (" a", "a"), ("a\t", "a"), ("\u00a0a\u00a0", "a"), ("é", "é"), ("é ", "é"), ("~", "~"), ("a\r\n", "a"),
     ("  ", None), ("", None), ("\x01a", "\x01a"), ("a b", "a b")],
)  # fmt: skip
def test_texts_lose_the_blanks_around_them_and_nothing_else(engine, text, bare):
    item = Property.model_validate({"name": "v"})
    assert engine.scalar(f"select {cleaned(item, 'raw')} from (select $text as raw)", {"text": text}) == bare


KEPT = {
    "pattern": {"logicalTypeOptions": {"pattern": r"R\d{3}(-[a-z]+)?|[A-Z_]*"}},
    "values": {"logicalTypeOptions": {"values": ["a", "B c", " d", ""]}},
    "both": {"logicalTypeOptions": {"pattern": r"\w+", "values": ["a", "B c", "R123"]}},
}
ALMOST = [
    "",
    " ",
    "R123",
    " R123",
    "R123 ",
    "R123\n",
    "R123-x",
    "R12",
    "ABC",
    "A C",
    "a",
    "A",
    " a",
    "B c",
    "d",
    "\u00a0a",
]


@pytest.mark.parametrize("kind", KEPT)
def test_texts_that_pass_unseen_are_clean_and_as_promised(engine, kind):
    item = Property.model_validate({"name": "v", **KEPT[kind]})
    options = item.logical_type_options
    passing = [
        text
        for text, bare, passes in engine.rows(
            f"select raw, {cleaned(item, 'raw')}, {kept(item, 'raw')} from (select unnest($texts) as raw)",
            {"texts": ALMOST},
        )
        if passes and bare == text
    ]
    told = engine.rows(f"select raw from (select unnest($texts) as raw) where {kept(item, 'raw')}", {"texts": ALMOST})
    assert [text for (text,) in told] == passing != []
    assert all(options.pattern is None or re.fullmatch(options.pattern, text) for text in passing)
    assert all(not options.values or text in options.values for text in passing)


@pytest.mark.parametrize("pattern", [".*", r"\s\d", "[^x]+", r"\D", "a b", r"\x20", "a\tb"])
def test_a_pattern_that_may_fit_blanks_spares_no_look(pattern):
    item = Property.model_validate({"name": "v", "logicalTypeOptions": {"pattern": pattern}})
    assert kept(item, "raw") is None
