"""Deliver malformed files to the readers of every format: no exception, no hang, no lost row.

    python tests/ingest/fuzz.py [--files 10000] [--seed 1]

Each file begins as a good one and is damaged at a few random places: bytes changed, cut out, put in, doubled,
swapped, the end cut off, or packed and damaged then. What must hold: landing raises nothing and takes a few seconds
at most; read = accepted + quarantined + duplicate + superseded; every line that was not touched is found again, in a
landed row or in a refused one, byte for byte.
"""

from __future__ import annotations

import argparse
import gzip
import io
import json
import random
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

from cdp.contracts import Contract
from cdp.engines import Engine, open_engine
from cdp.ingest.discover import discover
from cdp.ingest.feed import Feed
from cdp.ingest.landing import Landing
from cdp.ingest.stage import History, LandingResult, land_inbox
from cdp.ingest.versions import SUPERSEDED_COLUMNS

try:
    import zstandard
except ImportError:
    zstandard = None

CONTRACT = Contract.model_validate(
    {
        "kind": "contract",
        "name": "visits",
        "description": "Visits.",
        "key": ["visit_id"],
        "properties": [
            {"name": "visit_id", "required": True, "logicalTypeOptions": {"pattern": r"V\d+"}},
            {"name": "points", "logicalType": "integer"},
            {"name": "email"},
            {"name": "note"},
        ],
    }
)
NAMES = ("visit_id", "points", "email", "note")
FORMS: dict[str, dict[str, object]] = {
    "comma": {"type": "csv"},
    "semicolon": {"type": "csv", "delimiter": ";", "quote": "'"},
    "tab": {"type": "csv", "delimiter": "\t"},
    "latin": {"type": "csv", "delimiter": "|", "encoding": "cp1252"},
    "wide": {"type": "csv", "encoding": "utf-16"},
    "jsonl": {"type": "jsonl"},
    "parquet": {"type": "parquet"},
    "excel": {"type": "excel"},
}
FEEDS = {
    name: Feed.model_validate(
        {"feed": name, "description": "d", "source": "s", "files": [f"{name}_*"], "form": form, "contract": "visits",
         "tables": ["touchpoints"]}
    )
    for name, form in FORMS.items()
}  # fmt: skip
SECONDS = 20.0
"""What one batch may take per file at the most, on a busy machine."""


@dataclass
class Made:
    """A damaged file, and the bytes of the lines that nobody touched."""

    name: str
    content: bytes
    untouched: list[str] = field(default_factory=list)


def _rows(chance: random.Random) -> list[dict[str, object]]:
    words = ["", "plain", "two words", "com,ma", "semi;colon", 'quo"te', "apo'strophe", "line\nbreak", "é€", "\t", "|"]
    return [
        {
            "visit_id": f"V{number}{chance.randrange(10**6):06d}",
            "points": chance.choice([None, chance.randrange(1000)]),
            "email": chance.choice([None, f"user{chance.randrange(1000)}@example.com"]),
            "note": chance.choice(words),
        }
        for number in range(chance.randrange(1, 30))
    ]


def _delimited(rows: list[dict[str, object]], form: dict[str, object], chance: random.Random) -> list[str]:
    delimiter, quote = str(form.get("delimiter", ",")), str(form.get("quote", '"'))
    end, always = chance.choice(["\n", "\n", "\r\n", "\r"]), chance.random() < 0.3

    def cell(value: object) -> str:
        text = "" if value is None else str(value)
        if always or any(sign in text for sign in (delimiter, "\n", "\r")) or text.startswith(quote):
            return quote + text.replace(quote, quote * 2) + quote
        return text

    listed: list[list[object]] = [list(NAMES), *([row[name] for name in NAMES] for row in rows)]
    return [delimiter.join(map(cell, values)) + end for values in listed]


def _damage(chance: random.Random, content: bytes) -> tuple[bytes, int, int]:
    """One damage; what was damaged lies between the two offsets of the old content."""
    if not content:
        return content, 0, 0
    start = chance.randrange(len(content))
    end = min(len(content), start + chance.choice([1, 1, 2, 5, 40]))
    piece = content[start:end]
    new = chance.choice(
        [
            lambda: bytes([chance.randrange(256)]),
            lambda: b"",
            lambda: (
                piece
                + chance.choice([b'"', b"'", b",", b";", b"\n", b"\r", b"\0", b"\xff", b"\xef\xbb\xbf", b"{", b"}"])
            ),
            lambda: piece + piece,
            lambda: bytes(reversed(piece)),
            lambda: chance.randbytes(chance.randrange(1, 30)),
            lambda: piece + b"\n" * 3,
        ]
    )()
    return content[:start] + new + content[end:], start, end


def _text_file(chance: random.Random, name: str, number: int) -> Made:
    form, rows = FORMS[name], _rows(chance)
    codec = {"latin": "cp1252", "wide": "utf-16-le"}.get(name, "utf-8")
    if name == "jsonl":
        lines = [json.dumps(row, ensure_ascii=chance.random() < 0.5) + "\n" for row in rows]
    else:
        lines = _delimited(rows, form, chance)
    head = b"\xff\xfe" if name == "wide" else chance.choice([b"", b"", b"\xef\xbb\xbf" if codec == "utf-8" else b""])
    pieces = [line.encode(codec, "replace") for line in lines]
    content, touched = head + b"".join(pieces), set[int]()
    if chance.random() < 0.15:
        cut = chance.randrange(len(content))
        content = content[:cut]
    for _ in range(chance.randrange(4)):
        before = content
        content, start, end = _damage(chance, before)
        touched |= _lines_at(pieces, len(head), before, start, end)
    untouched = [
        line for index, line in enumerate(lines) if index and index not in touched and pieces[index] in content
    ]
    is_whole = content.startswith(head + pieces[0])
    packed, suffix = _packed(chance, content)
    return Made(f"{name}_{number}{suffix}", packed, untouched if is_whole and packed is content else [])


def _lines_at(pieces: list[bytes], head: int, content: bytes, start: int, end: int) -> set[int]:
    """Numbers of the lines around a damage, found by their own bytes."""
    around = content[max(0, start - 400) : end + 400]
    return {index for index, piece in enumerate(pieces) if piece in around} if head <= start else {0}


def _packed(chance: random.Random, content: bytes) -> tuple[bytes, str]:
    kind = chance.choice(["", "", "", "", "gz", "zip", "zst"])
    if kind == "gz":
        made = gzip.compress(content, mtime=0)
    elif kind == "zip":
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", chance.choice([0, 8, 12, 14])) as archive:
            archive.writestr("x", content)
        made = buffer.getvalue()
    elif kind == "zst" and zstandard is not None:
        made = zstandard.ZstdCompressor().compress(content)
    else:
        return content, chance.choice(["", ".txt", ".csv"])
    for _ in range(chance.randrange(3)):
        made, *_ = _damage(chance, made)
    return made, f".{kind}"


def _parquet_file(chance: random.Random, number: int) -> Made:
    rows = _rows(chance)
    columns: dict[str, object] = {name: [row[name] for row in rows] for name in NAMES}
    odd = chance.randrange(6)
    if odd == 0:
        columns["note"] = [{"deep": {"er": [1, 2]}} for _ in rows]
    elif odd == 1:
        columns["points"] = pa.array([number] * len(rows), pa.int64()).cast(pa.decimal128(38, 4))
    elif odd == 2:
        columns["email"] = pa.array([datetime(2026, 5, 1)] * len(rows), pa.timestamp("ns"))
    elif odd == 3:
        del columns["note"]
    buffer = io.BytesIO()
    pq.write_table(
        pa.table(columns),
        buffer,
        compression=chance.choice(["none", "snappy", "gzip", "zstd"]),
        use_deprecated_int96_timestamps=odd == 2,
        row_group_size=chance.choice([3, 1000]),
    )
    content = buffer.getvalue()
    for _ in range(chance.randrange(4)):
        content, *_ = _damage(chance, content)
    return Made(f"parquet_{number}.parquet", content)


def _workbook(chance: random.Random, number: int) -> Made:
    book = openpyxl.Workbook()
    sheet = book.active
    for line in [
        *[["a title"]] * chance.randrange(2),
        NAMES,
        *([row[name] for name in NAMES] for row in _rows(chance)),
    ]:
        sheet.append(list(line))
    odd = chance.randrange(6)
    if odd == 0:
        sheet["C3"], sheet["B4"] = datetime(2026, 5, 1, 9), "#N/A"
    elif odd == 1:
        sheet["F4"] = "beside"
    elif odd == 2:
        sheet["XFD5000"] = "far away"
    elif odd == 3:
        sheet.sheet_state = chance.choice(["visible", "hidden"])
        book.create_sheet("Other")
    buffer = io.BytesIO()
    book.save(buffer)
    content = buffer.getvalue()
    if chance.random() < 0.5:
        content = _damaged_inside(chance, content)
    for _ in range(chance.randrange(3)):
        content, *_ = _damage(chance, content)
    return Made(f"excel_{number}.xlsx", content)


def _damaged_inside(chance: random.Random, content: bytes) -> bytes:
    """A workbook one of whose documents is damaged, in an archive that is whole."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as whole, zipfile.ZipFile(buffer, "w") as archive:
        chosen = chance.choice(whole.namelist())
        for name in whole.namelist():
            inside = whole.read(name)
            if name == chosen:
                for _ in range(chance.randrange(1, 4)):
                    inside, *_ = _damage(chance, inside)
            archive.writestr(name, inside)
    return buffer.getvalue()


def make(seed: int, number: int) -> Made:
    """The damaged file of this number."""
    chance = random.Random(f"{seed}/{number}")
    name = list(FORMS)[number % len(FORMS)]
    if name == "excel":
        return _workbook(chance, number)
    return _parquet_file(chance, number) if name == "parquet" else _text_file(chance, name, number)


def faults(made: Made, result: LandingResult, landed: str) -> Iterator[str]:
    """What does not hold for one file."""
    ledgers = [item for item in result.ledgers if item.file.endswith(f"/{made.name}")]
    if len(ledgers) != 1:
        yield f"{len(ledgers)} ledgers"
        return
    [ledger] = ledgers
    ledger.balanced()
    refused = [row for row in result.quarantined if row.file == ledger.file]
    if len(refused) != ledger.rows_quarantined:
        yield f"{ledger.rows_quarantined} rows quarantined, {len(refused)} kept"
    for row in refused:
        raw = row.raw.encode() if row.raw_bytes is None else row.raw_bytes
        if made.name.endswith(("_", ".txt", ".csv")) and raw not in made.content:
            yield f"line {row.line}: the raw bytes are not in the file"
    if ledger.status == "loaded":
        kept = landed + "\n".join(row.raw for row in refused)
        raws = b"\n".join(row.raw_bytes or b"" for row in refused)  # where characters went out of step
        lost = [
            line for line in made.untouched if _key(line) not in kept and _key(line).encode("utf-16-le") not in raws
        ]
        if lost:
            yield f"{len(lost)} lines lost, e.g. {lost[0]!r}"


def _key(line: str) -> str:
    start = line.index("V")
    return line[start : start + 8]


def _feed(made: Made) -> str:
    """A feed of its own for each file, so that none waits for another."""
    return made.name.partition(".")[0]


def deliver(engine: Engine, batch: list[Made], folder: Path) -> Iterator[tuple[Made, str, str]]:
    """Land a batch of files; gives each fault with its file, and each file's status."""
    inbox = folder / "inbox"
    inbox.mkdir(parents=True)
    (folder / "work").mkdir()
    for made in batch:
        (inbox / made.name).write_bytes(made.content)
    engine.execute(f"create or replace temp table superseded_rows ({SUPERSEDED_COLUMNS})")
    landing = Landing(engine, datetime(2026, 6, 1), "r1", folder / "work", folder / "landed")
    started = time.monotonic()
    feeds = {_feed(made): FEEDS[made.name.partition("_")[0]].model_copy(
        update={"feed": _feed(made), "files": (made.name,)}
    ) for made in batch}  # fmt: skip
    result = land_inbox(landing, discover(inbox, feeds.values()), feeds, {"visits": CONTRACT}, History())
    if time.monotonic() - started > SECONDS * len(batch):
        yield batch[0], "slow", f"the batch took {time.monotonic() - started:.0f} s"
    texts: dict[str, str] = {}
    for feed, paths in result.landed.items():
        listed = ", ".join(f"'{path}'" for path in paths)
        rows = engine.rows(f"select concat_ws(' ', visit_id, points, email, note) from read_parquet([{listed}])")
        texts[feed] = "\n".join(text for (text,) in rows)
    status = {item.file.rpartition("/")[2]: str(item.status) for item in result.ledgers}
    for made in batch:
        found = list(faults(made, result, texts.get(_feed(made), "")))
        for fault in found:
            yield made, "fault", fault
        if not found:
            yield made, status.get(made.name, "none"), ""


def fuzz(files: int, seed: int, folder: Path, told: Callable[[str], None] = print, batch: int = 50) -> Counter[str]:
    """Deliver so many files; counts by outcome. Every fault is told with the number that makes its file again."""
    counted: Counter[str] = Counter()
    engine = open_engine()
    try:
        for start in range(0, files, batch):
            numbers = range(start, min(start + batch, files))
            made = {item.name: number for number in numbers for item in [make(seed, number)]}
            place = folder / f"batch_{start}"
            try:
                for item, outcome, fault in deliver(engine, [make(seed, number) for number in numbers], place):
                    counted[outcome] += 1
                    if fault:
                        told(f"make({seed}, {made[item.name]}) {item.name}: {fault}")
            except Exception as error:  # a fuzzer wants them all
                counted["exception"] += 1
                told(f"files {start} to {numbers[-1]} of seed {seed}: {type(error).__name__}: {error}")
                engine.close()
                engine = open_engine()
                if len(numbers) > 1:
                    counted += _one_by_one(numbers, seed, place.with_name(f"alone_{start}"), told)
    finally:
        engine.close()
    return counted


def _one_by_one(numbers: range, seed: int, folder: Path, told: Callable[[str], None]) -> Counter[str]:
    """Which file of a batch it was."""
    counted: Counter[str] = Counter()
    for number in numbers:
        engine = open_engine()
        try:
            for item, _, fault in deliver(engine, [make(seed, number)], folder / str(number)):
                if fault:
                    told(f"make({seed}, {number}) {item.name}: {fault}")
        except Exception as error:
            told(f"make({seed}, {number}): {type(error).__name__}: {error}")
            counted["culprit"] += 1
        finally:
            engine.close()
    return counted


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        started = time.monotonic()
        counted = fuzz(given.files, given.seed, Path(folder))
        print(dict(sorted(counted.items())), f"{time.monotonic() - started:.0f} s")
    raise SystemExit(1 if counted["fault"] or counted["exception"] or counted["slow"] else 0)


if __name__ == "__main__":
    main()
