"""Lines of a delimited file that are no rows: titles above the header, totals and remarks among and below the rows."""

from __future__ import annotations

import re
from collections.abc import Sequence

_SUMS = re.compile(
    r"((grand|sub|net|report|page)[ -]?)?total(s|e|es|en|i)?|(gesamt|zwischen|tages|end)?summen?|gesamt|insgesamt|"
    r"som(me|a)|suma|sumy|razem|og[oó]łem|łącznie|(sub)?totaal|totale (generale|complessivo)|total (general|"
    r"g[eé]n[eé]ral|geral)|totaux|subtotales?|summary|sum|count|anzahl|(number of )?(rows|records)|"
    r"end of (report|file)|eof|trailer",
    re.IGNORECASE,
)
_TAIL = 8


def asides_of(records: Sequence[Sequence[str]], start: int, delimiter: str) -> tuple[str, list[int]]:
    """A pattern for ``skipLines``, empty where nothing calls for one, and the indexes of the records that it means.

    ``start`` is the index of the header; what stands above it is a title.
    """
    width = len(records[start])
    parts = [_literal(record) for record in records[:start]]
    found = list(range(start))
    words: list[str] = []
    for index in range(start + 1, len(records)):
        record = records[index]
        first = next((cell.strip() for cell in record if cell.strip()), "")
        is_sum = _SUMS.fullmatch(first.rstrip(" :=")) is not None
        if is_sum and sum(not cell.strip() for cell in record) * 3 >= width:
            words.append(first)
            found.append(index)
        elif len(record) != width and index >= len(records) - _TAIL and _is_remark(record):
            parts.append(_literal(record))
            found.append(index)
    if words:
        listed = "|".join(re.escape(word) for word in dict.fromkeys(words))
        behind = "|".join(dict.fromkeys([re.escape(delimiter), "$"]))
        parts.append(rf'(?:{re.escape(delimiter)}|\s)*"?(?:{listed})"?\s*(?:{behind})')
    return "|".join(dict.fromkeys(parts)), found


def _is_remark(record: Sequence[str]) -> bool:
    """Whether a record of another width than the header's is a closing line rather than a broken row."""
    filled = [cell for cell in record if cell.strip()]
    return len(filled) <= 2 and (bool(_SUMS.match(filled[0].strip())) or len(record) == 1) if filled else False


def _literal(record: Sequence[str]) -> str:
    """A pattern for lines that begin like this one; numbers in it may change."""
    first = next((cell.strip() for cell in record if cell.strip()), "")
    words = re.match(r"[^\d:]{3,40}", first)
    begin = words[0].rstrip() if words else first[:30]
    return '"?' + re.sub(r"\d+", r"\\d+", re.escape(begin)).replace(r"\ ", " ")
