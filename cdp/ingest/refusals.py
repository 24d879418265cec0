"""Refused rows, each with file, physical line, reasons and its raw text."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from cdp.contracts import Contract
from cdp.ingest.chunks import Broken
from cdp.ingest.discover import Delivery
from cdp.ingest.feed import Feed
from cdp.ingest.ledger import QuarantinedRow
from cdp.ingest.reading import Certified, Part, RawRecord, raw_records
from cdp.ingest.reasons import in_words as in_words
from cdp.ingest.staging import reading_format


def refused_by_reader(delivery: Delivery, feed: Feed, run_id: str, certified: Certified) -> list[QuarantinedRow]:
    """Records that are structurally broken."""
    header = certified.header or None
    return [
        QuarantinedRow(
            delivery.name,
            item.line,
            feed.feed,
            run_id,
            (str(item.reason),),
            item.detail,
            item.text,
            raw_bytes=_unlike(item.raw, item.text),
            header=header,
            file_id=delivery.file_id,
        )
        for item in certified.refused
    ]


def _unlike(raw: bytes, text: str) -> bytes | None:
    """The delivered bytes, where they are not the UTF-8 of the text."""
    return None if raw == text.encode() else raw


def without_copies(refused: Sequence[QuarantinedRow]) -> tuple[list[QuarantinedRow], int]:
    """Refused rows, each text once; and how many exact copies were left out."""
    seen: dict[tuple[str, tuple[str, ...]], QuarantinedRow] = {}
    for row in refused:
        seen.setdefault((row.raw, row.reason_codes), row)
    return list(seen.values()), len(refused) - len(seen)


def with_text(broken: Sequence[Broken], parts: Sequence[Part]) -> list[Broken]:
    """The same rows, each with its text where the part that holds it is exact."""
    found: list[Broken] = []
    for part in parts:
        inside = [row for row in broken if part.first <= row.row < part.first + part.records]
        if inside and part.is_exact:
            lines = part.path.read_bytes().split(b"\n")
            inside = [replace(row, raw=lines[row.row - part.first].decode()) for row in inside]
        found += inside
    return found


def refused_by_contract(
    delivery: Delivery,
    feed: Feed,
    contract: Contract,
    run_id: str,
    certified: Certified | None,
    broken: Sequence[Broken],
) -> list[QuarantinedRow]:
    """Rows that break the contract. Without ``certified`` (parquet) line is the row's number.

    The file is read a second time for the rows that came without their text.
    """
    line_of = {row.row: row.row + 1 if certified is None else certified.line_of(row.row) for row in broken}
    wanted = [line_of[row.row] for row in broken if row.raw is None]
    raws: dict[int, RawRecord] = {}
    if wanted and certified is not None:
        raws = raw_records(delivery.path, reading_format(feed, contract), wanted, delivery.member)
    found = []
    for row in broken:
        line = line_of[row.row]
        raw = RawRecord(row.raw.encode(), row.raw) if row.raw is not None else raws[line]
        found.append(
            QuarantinedRow(
                delivery.name,
                line,
                feed.feed,
                run_id,
                row.reasons,
                in_words(contract, row.reasons),
                raw.text,
                row.key,
                _unlike(raw.raw, raw.text),
                row.row,
                (certified.header or None) if certified else None,
                delivery.file_id,
            )
        )
    return found


def as_parquet(waiting: Sequence[QuarantinedRow], path: Path) -> list[str]:
    """Write refused rows of parquet files and sheets as a parquet file of text columns, named by their places.

    Gives the names that they were delivered under.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    found = [json.loads(row.raw, parse_float=str, parse_int=str) for row in waiting]
    names = list(dict.fromkeys(name for item in found for name in item))
    columns = [pa.array([_cell(item.get(name)) for item in found], pa.string()) for name in names]
    pq.write_table(pa.table(columns, names=[f"c{place}" for place in range(len(names))]), path)
    return names


def _cell(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value)
