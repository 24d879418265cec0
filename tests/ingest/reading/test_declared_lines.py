"""Lines that the feed declares to be no rows are left out, counted, and move no line number."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from cdp.ingest.feed import Feed
from cdp.ingest.reading import CsvFormat, JsonLinesFormat, certify, raw_records

FILE = (
    b'Sales of the week\r\nfrom 1 May\r\n\r\nNo,Amount,Note\r\nR1,10.00,\r\nTotal,10.00,\r\nR2,5.00,"two\r\nlines"\r\n'
    b'R3,1.00\r\nTotal: 15.00\r\nTotal,15.00,"grand\r\ntotal"\r\n'
)


@pytest.mark.parametrize("name", ["export.csv", "wide.csv"])
def test_titles_and_totals_are_no_rows(deliver, load, tmp_path, name):
    content = FILE if name == "export.csv" else FILE.replace(b"\r\n", b"\n")
    path = deliver(content, name)
    fmt = CsvFormat(skip_lines=r"Total\b|Sales of|from \d")
    certified = certify(path, fmt, tmp_path / "work")
    assert [row[:2] for row in load(certified)] == [("R1", "10.00"), ("R2", "5.00")]
    assert certified.lines_of([0, 1]) == [5, 7]
    assert certified.skipped_lines == 5
    assert [(refused.line, refused.text) for refused in certified.refused] == [(9, "R3,1.00")]
    assert raw_records(path, fmt, [9])[9].text == "R3,1.00"


def test_json_lines_too(deliver, load, tmp_path):
    path = deliver(b'# export\n{"a": 1}\n{"_meta": "end"}\n', "export.jsonl")
    certified = certify(path, JsonLinesFormat(skip_lines=r'#|\{"_meta"'), tmp_path / "work")
    assert len(load(certified)) == 1
    assert (certified.skipped_lines, certified.refused) == (2, [])


@pytest.mark.parametrize("pattern", [".*", "(", "x?"])
def test_a_pattern_must_be_one_and_leave_something(pattern):
    with pytest.raises(ValidationError, match=r"fits every line|not a regular expression"):
        Feed.model_validate(
            {
                "feed": "a",
                "description": "a",
                "source": "a",
                "files": ["*"],
                "form": {"type": "csv"},
                "contract": "a",
                "tables": ["orders"],
                "skipLines": pattern,
            }
        )
