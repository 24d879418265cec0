"""Parts of a file are taken while it is certified, and nothing waits for what nobody wants."""

from __future__ import annotations

import threading

import pytest

from cdp.errors import IngestError
from cdp.ingest.reading import CsvFormat, Stream, certify, parts

ROWS = [f"{number},name {number}" for number in range(500)]


@pytest.fixture
def export(tmp_path, monkeypatch):
    monkeypatch.setattr(parts, "PART_BYTES", 1)  # a part for every block
    monkeypatch.setattr("cdp.ingest.reading.blocks.BLOCK_BYTES", 512)
    monkeypatch.setattr("cdp.ingest.reading.source.BLOCK_BYTES", 512)
    path = tmp_path / "a.csv"
    path.write_text("id,name\n" + "\n".join(ROWS) + "\n", encoding="utf-8")
    return path


def stream(path):
    return Stream(path, CsvFormat(), path.parent / "work")


def running():
    return [thread for thread in threading.enumerate() if thread.name == "certify"]


def test_batches_hold_all_records_in_order_and_are_removed(export):
    found, firsts, files = [], [], []
    opened = stream(export)
    for batch in opened.batches():
        firsts.append((batch.first, len(found)))
        found += [line for part in batch.parts for line in part.read_text().splitlines()]
        assert len(found) == batch.first + batch.records
        assert batch.columns == ["id", "name"]
        assert all(part.is_exact for part in batch.whole)
        files += batch.parts
    assert found == ROWS
    assert len(firsts) > 2
    assert all(first == before for first, before in firsts)
    assert not any(path.exists() for path in files)
    assert opened.certified.records == certify(export, CsvFormat(), export.parent / "other").records == 500
    assert not running()


def test_all_parts_come_in_one_batch_where_asked(export):
    [batch] = stream(export).batches(in_one=True)
    assert batch.records == 500


def test_a_stream_that_is_left_ends_its_thread(export):
    batches = stream(export).batches()
    next(batches)
    batches.close()
    assert not running()


def test_what_the_reader_raises_reaches_who_takes_the_parts(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b'"id,name\n1,2\n')
    with pytest.raises(IngestError, match="does not close"):
        list(stream(path).batches())
    assert not running()


@pytest.mark.parametrize(
    ("content", "is_exact"),
    [
        (b"id,name\r\n1,a\r\n2,b\r\n", True),
        (b'id,name\n1,"a, b"\n2,b\n', True),
        (b'id,name\n1,"a\nb"\n2,b\n', False),
        (b"id,name\n1,5'6\" tall\n2,b\n", False),
        (b"id,name\n1,\xe9\n2,b\n", False),
    ],
)
def test_an_exact_part_holds_records_as_they_were_delivered(tmp_path, content, is_exact):
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    found = [part.is_exact for batch in stream(path).batches() for part in batch.whole]
    assert found == [is_exact]
