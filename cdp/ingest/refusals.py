"""Refused rows, each with file, physical line, reasons and its raw text."""

from __future__ import annotations

from collections.abc import Sequence

from cdp.contracts import Contract
from cdp.engines import Engine
from cdp.ingest.checks import quoted
from cdp.ingest.discover import Delivery
from cdp.ingest.feed import Feed
from cdp.ingest.ledger import QuarantinedRow
from cdp.ingest.reading import Certified, RawRecord, raw_records
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


def refused_by_contract(
    engine: Engine, delivery: Delivery, feed: Feed, contract: Contract, run_id: str, certified: Certified | None
) -> list[QuarantinedRow]:
    """Rows of ``judged`` that break the contract. Without ``certified`` (parquet) line is the row's number."""
    key = " || '|' || ".join(f"coalesce(s.{quoted(name)}, '')" for name in contract.key)
    columns = ", ".join(f"s.{quoted(item.name)}" for item in contract.properties)
    whole = "select rowid as _row, to_json(loaded)::varchar as whole from loaded"
    rows = engine.rows(
        f"select j._row, j._reasons, {key}, {'w.whole' if certified is None else 'null'} "
        f"from judged as j inner join (select _row, {columns} from staged as s) as s using (_row) "
        f"{f'inner join ({whole}) as w using (_row) ' if certified is None else ''}"
        "where len(j._reasons) > 0 order by j._row"
    )
    if not rows:
        return []
    ordinals = [int(row[0]) for row in rows]
    if certified is None:
        lines = [ordinal + 1 for ordinal in ordinals]
        raws = {line: RawRecord(b"", str(row[3])) for line, row in zip(lines, rows, strict=True)}
    else:
        lines = certified.lines_of(ordinals)
        raws = raw_records(delivery.path, reading_format(feed, contract), lines, delivery.member)
    return [
        QuarantinedRow(
            delivery.name,
            line,
            feed.feed,
            run_id,
            tuple(reasons),
            in_words(contract, reasons),
            raws[line].text,
            row_key,
            None if certified is None else _unlike(raws[line].raw, raws[line].text),
            int(ordinal),
            (certified.header or None) if certified else None,
            delivery.file_id,
        )
        for line, (ordinal, reasons, row_key, _) in zip(lines, rows, strict=True)
    ]
