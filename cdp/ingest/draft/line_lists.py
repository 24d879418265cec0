"""Lists of products inside orders, as JSON exports nest them: their elements as rows of columns of their own."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from cdp.ingest.draft.look import Look, leaves
from cdp.ingest.draft.meanings import Column, describe
from cdp.ingest.draft.words import plain_words

if TYPE_CHECKING:
    from cdp.ingest.draft.export import Export

LINE_LIST = re.compile(
    r"((order|cart|sale|basket|receipt|invoice)_)?(line_?items?|lines?|items?|products?|positions?|positionen|artikel|"
    r"articles?|rows?|lignes|righe|lineas|articulos|productos|prodotti|produits|regels|pozycje|linhas|entries)"
)
_TOP = "$.line_items"


@dataclass(frozen=True)
class LineList:
    """A list of lines. ``column`` holds it whole; ``fields`` are the columns of its elements, named ``line_…``."""

    column: Column
    fields: tuple[Column, ...]
    rows: tuple[Mapping[str, str], ...]

    def value(self, field: Column) -> str:
        """SQL of an element's field, of an element called ``line``."""
        path = "$" + field.source.removeprefix(_TOP)
        found = f"line ->> '{path}'"
        types = {"integer": "decimal(18, 4)", "number": "decimal(18, 4)"}
        return f"try_cast({found} as {types[field.shape.kind]})" if field.shape.kind in types else found


def find_lines(export: Export) -> LineList | None:
    """The fullest list of lines inside the rows; ``None`` when no list holds products."""
    lists = frozenset[str]().union(*(look.lists for look in export.looks))
    found = [_line_list(export, column) for column in export.columns if column.source in lists]
    return max((line for line in found if line is not None), key=lambda line: len(line.rows), default=None)


def open_lines(export: Export) -> None:
    """Find the list of an order's lines; the columns of its first element then give way to those of all elements."""
    export.lines = found = find_lines(export)
    if found is not None:
        first = f"{found.column.source}[0]"
        export.columns = [column for column in export.columns if not column.source.startswith(first)]


def _line_list(export: Export, column: Column) -> LineList | None:
    if not LINE_LIST.fullmatch(plain_words(column.source.rpartition(".")[2])):
        return None
    rows = [dict(leaves(element, _TOP, set())) for row in export.rows for element in _elements(row, column)]
    rows = [{name: value for name, value in row.items() if value.strip()} for row in rows]
    sources = [name for name in dict.fromkeys(name for row in rows for name in row) if "'" not in name]
    if not sources:
        return None
    taken = {other.name for other in export.columns}
    fields = tuple(_named(field, taken) for field in describe([_look(sources, rows)], sources, month_first=None))
    meanings = {field.meaning for field in fields}
    is_line = bool(meanings & {"sku", "gtin", "product_name"}) or {"unit_price", "quantity"} <= meanings
    return LineList(column, fields, tuple(rows)) if is_line else None


def _named(field: Column, taken: set[str]) -> Column:
    name = field.name if field.name.startswith("line_") else f"line_{field.name}"
    while name in taken | {"line", "line_number"}:
        name += "_value"
    return replace(field, name=name)


def _look(sources: Sequence[str], rows: Sequence[Mapping[str, str]]) -> Look:
    return Look(Path("lines"), "jsonl", tuple(sources), tuple(rows))


def _elements(row: Mapping[str, str], column: Column) -> Iterator[Mapping[str, object]]:
    for element in json.loads(row.get(column.source) or "[]"):
        if isinstance(element, dict):
            yield element
