"""Look into unknown export files: what they are, in which encoding and dialect, and their first rows as text."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any

from cdp.engines import Engine
from cdp.engines.duckdb import file_literal
from cdp.errors import IngestError
from cdp.ingest.draft.asides import asides_of
from cdp.ingest.draft.opening import decoded, encoding_of, start_of
from cdp.ingest.reading.headers import numbered
from cdp.ingest.reading.sheets import Sheet, is_workbook

SAMPLE_ROWS = 20_000
_DELIMITERS = (",", ";", "\t", "|")
_DEPTH = 5
_OPENED = re.compile(
    r"contact|customer|user|person|profile|e_?mail|phone|address|identit|product|item|line", re.IGNORECASE
)


@dataclass(frozen=True)
class Look:
    """What one file is. ``rows`` hold text by column: a header, or a JSON path that begins with ``$.``.

    ``lists`` are JSON paths of arrays of objects, which stay whole in their column. ``skip_lines`` is a pattern for
    titles and totals, which are no rows; ``sheet`` is that of a workbook with several.
    """

    path: Path
    kind: str
    columns: tuple[str, ...]
    rows: tuple[Mapping[str, str], ...]
    encoding: str = "utf-8"
    delimiter: str = ","
    quote: str = '"'
    notes: tuple[str, ...] = ()
    lists: frozenset[str] = field(default_factory=frozenset)
    skip_lines: str = ""
    sheet: str = ""

    @property
    def form(self) -> tuple[str, str, str, str]:
        """What files of one feed have in common."""
        return self.kind, self.encoding, self.delimiter, self.quote


def look_at(path: Path, engine: Engine) -> Look:
    """Look into one file. Raises ``IngestError`` when it holds no rows, or nothing that a feed can read."""
    if not path.is_file():
        raise IngestError(f"there is no file {path}", "name one or several export files")
    with path.open("rb") as stream:
        if stream.read(4) == b"PAR1":
            return _look_at_parquet(path, engine)
    if is_workbook(path):
        return _look_at_sheet(path)
    data, is_whole = start_of(path)
    if not data.strip():
        raise IngestError(f"{path} is empty", "export a file with a few rows")
    encoding = encoding_of(data)
    content = decoded(data, encoding, is_whole=is_whole)
    first = content.lstrip()[:1]
    if first == "{":
        return _look_at_json(path, content, encoding)
    if first == "[":
        raise IngestError(
            f"{path} is one JSON array; a feed reads one object per line",
            f"jq -c '.[]' {path.name} > {path.stem}.jsonl makes such a file of it",
        )
    return _look_at_csv(path, content, encoding)


def _look_at_parquet(path: Path, engine: Engine) -> Look:
    columns = [name for (name,) in engine.rows(f"select column_name from (describe from {_parquet(path)})")]
    names = ", ".join('"' + name.replace('"', '""') + '"::varchar' for name in columns)
    found = engine.rows(f"select {names} from {_parquet(path)} limit {SAMPLE_ROWS}")
    rows = [{name: value for name, value in zip(columns, row, strict=True) if value} for row in found]
    return Look(path, "parquet", tuple(columns), _some(rows, path))


def _parquet(path: Path) -> str:
    return f"read_parquet({file_literal(path)})"


def _some(rows: Sequence[Mapping[str, str]], path: Path) -> tuple[Mapping[str, str], ...]:
    if not rows:
        raise IngestError(f"{path} has a header but no rows", "export a file with a few rows")
    return tuple(rows)


def _look_at_csv(path: Path, content: str, encoding: str) -> Look:
    delimiter, quote, start = _dialect_of(content)
    reader = csv.reader(io.StringIO(content, newline=""), delimiter=delimiter, quotechar=quote)
    csv.field_size_limit(1 << 28)
    records = []
    try:
        for number, record in enumerate(reader):
            if number > SAMPLE_ROWS + start:
                break
            if any(cell.strip() for cell in record):
                records.append(record)
    except csv.Error:
        pass
    return _of_records(Look(path, "csv", (), (), encoding, delimiter, quote), records, start)


def _look_at_sheet(path: Path) -> Look:
    with Sheet(path, None) as sheet:
        kept = (cells for _, cells in sheet.rows() if any(cell.strip() for cell in cells))
        records = list(islice(kept, SAMPLE_ROWS))
        name = sheet.name if sheet.others else ""
        notes = (f"the sheet {name} is read, and not {', '.join(sheet.others)}: see sheet: in feed.yaml",)
    widths = [sum(map(bool, cells)) for cells in records]
    usual = sorted(widths)[len(widths) // 2] if widths else 0
    look = Look(path, "excel", (), (), delimiter="\t", notes=notes if name else (), sheet=name)
    start = _first_of(widths, max(2, usual))
    records = [list(_cut(cells)) for cells in records[start:]]
    width = len(records[0]) if records else 0
    return _of_records(look, [[*cells, *[""] * (width - len(cells))] for cells in records], 0)


def _cut(cells: Sequence[str]) -> Sequence[str]:
    return cells[: max((place for place, cell in enumerate(cells, 1) if cell), default=0)]


def _of_records(look: Look, records: Sequence[Sequence[str]], start: int) -> Look:
    """The look with columns and rows, from records of which number ``start`` is the header."""
    delivered = [name.strip() for name in records[start]] if len(records) > start else []
    notes = [*look.notes, *_header_faults(look.path, delivered, records)]
    header = numbered(delivered)
    skip_lines, asides = asides_of([list(record) for record in records], start, look.delimiter)
    rows = [
        {name: value for name, value in zip(header, record, strict=False) if name and value.strip()}
        for index, record in enumerate(records)
        if index > start and len(record) == len(header) and index not in asides
    ]
    if skip_lines:
        notes.append(
            f"{len(asides)} lines are titles or totals, not rows; skipLines in feed.yaml leaves such lines out"
        )
    columns = tuple(name for name in header if name)
    widths = Counter(len(record) for record in records[start + 1 :])
    if not rows and widths:
        raise IngestError(
            f"{look.path}: the header has {len(header)} columns, and most rows have {widths.most_common(1)[0][0]}",
            "ask the source for a file whose rows fit its header",
        )
    return replace(look, columns=columns, rows=_some(rows, look.path), notes=tuple(notes), skip_lines=skip_lines)


def _header_faults(path: Path, header: Sequence[str], records: Sequence[Sequence[str]]) -> list[str]:
    values = [name for name in header if name]
    if len(values) < 2 or sum(_is_data(name) for name in values) * 2 > len(values):
        shown = ", ".join(records[0][:5]) if records else ""
        raise IngestError(
            f"{path}: the first line does not look like a header: {shown}",
            "a feed needs column names in the first line; export with a header",
        )
    doubled = sorted(name for name, count in Counter(values).items() if count > 1)
    if doubled:
        told = f"several columns are called {', '.join(doubled)}; they are told apart by their order"
        return [f"{told}, the second as {doubled[0]} (2): better ask the source for distinct headers"]
    return []


def _is_data(cell: str) -> bool:
    plain = cell.strip()
    digits = sum(sign.isdigit() for sign in plain)
    return "@" in plain or (digits > 3 and digits * 2 > len(plain)) or plain.replace(".", "").isdigit()


def _dialect_of(content: str) -> tuple[str, str, int]:
    """Delimiter, quote and the index of the header: the dialect in which most records have one width."""
    sample = content[: 1 << 18]
    best, best_score = (",", '"', 0), 0.0
    for delimiter in _DELIMITERS:
        for quote in ('"', "'"):
            if quote == "'" and f"{delimiter}'" not in sample:
                continue
            widths = _widths(sample, delimiter, quote)
            if not widths:
                continue
            width, count = Counter(widths).most_common(1)[0]
            score = (width > 1) * count / len(widths) * (1 + min(width, 50) / 100) - 0.01 * (quote == "'")
            if score > best_score:
                best, best_score = (delimiter, quote, _first_of(widths, width)), score
    return best


def _widths(sample: str, delimiter: str, quote: str) -> list[int]:
    try:
        records = list(csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter, quotechar=quote))
    except csv.Error:
        return []
    if len(records) > 2:
        records.pop()
    return [len(record) for record in records if any(record)]


def _first_of(widths: Sequence[int], width: int) -> int:
    return next((index for index, other in enumerate(widths[:30]) if other >= width), 0)


def _look_at_json(path: Path, content: str, encoding: str) -> Look:
    rows: list[dict[str, str]] = []
    lists: set[str] = set()
    order: dict[str, None] = {}
    broken = 0
    for line in content.splitlines():
        if not line.strip() or len(rows) >= SAMPLE_ROWS:
            continue
        try:
            parsed = json.loads(line)
        except (ValueError, RecursionError):
            broken += 1
            continue
        if isinstance(parsed, dict):
            row = dict(leaves(parsed, "$", lists))
            order.update(dict.fromkeys(row))
            rows.append({name: value for name, value in row.items() if value.strip()})
    if broken > len(rows):
        raise IngestError(
            f"{path} is one JSON document over many lines; a feed reads one object per line",
            f"jq -c '.[]' {path.name} > {path.stem}.jsonl (or the path of the list) makes such a file of it",
        )
    filled = {name for row in rows for name in row}
    columns = tuple(_without_inner(order, lists, filled))
    return Look(path, "jsonl", columns, _some(rows, path), encoding, lists=frozenset(lists))


def _without_inner(order: Iterable[str], lists: set[str], filled: set[str]) -> Iterator[str]:
    """Columns without the insides of lists, and without objects that are null where they are not opened."""
    opened = {name[:place] for name in order for place, sign in enumerate(name) if sign == "."}
    for name in order:
        if name in opened and name not in filled:
            continue
        if not any(name.startswith((f"{outer}.", f"{outer}[")) and not _is_first(name, outer) for outer in lists):
            yield name


def _is_first(name: str, outer: str) -> bool:
    return name.startswith(f"{outer}[0].")


def leaves(value: Mapping[str, Any], path: str, lists: set[str]) -> Iterator[tuple[str, str]]:
    """JSON paths and texts, as the engine's ``json_extract_string`` gives them."""
    for key, item in value.items():
        plain = key.isidentifier() and key.isascii()
        place = f"{path}.{key}" if plain else f'{path}."{key}"'
        if '"' in key:
            continue
        if isinstance(item, dict):
            if item and place.count(".") < _DEPTH:
                yield from leaves(item, place, lists)
        elif isinstance(item, list):
            yield from _of_list(item, place, lists)
        elif item is None:
            yield place, ""
        elif isinstance(item, bool):
            yield place, str(item).lower()
        else:
            yield place, item if isinstance(item, str) else json.dumps(item)


def _of_list(items: Sequence[Any], place: str, lists: set[str]) -> Iterator[tuple[str, str]]:
    yield place, json.dumps(items) if items else ""
    if items and isinstance(items[0], dict):
        lists.add(place)
        if "key" not in items[0] and place.count(".") < _DEPTH and _OPENED.search(place.rpartition(".")[2]):
            yield from leaves(items[0], f"{place}[0]", lists)
