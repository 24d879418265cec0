"""What a person says of columns, where the guess is wrong."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import replace

from cdp.errors import UsageError
from cdp.ingest.draft.meanings import Column, as_code, fits
from cdp.ingest.draft.shapes import Shape
from cdp.ingest.draft.words import known_meanings

NOTHING = "nothing"
_OF_SEVERAL = frozenset({"email", "phone", "tags", ""})
"""What several columns of an export may be; else the column that is said takes the place of those guessed."""


def with_said(columns: Sequence[Column], said: Mapping[str, str]) -> list[Column]:
    """The columns, of which those named mean what is said; ``nothing`` leaves one out.

    Raises ``UsageError`` for columns and meanings that there are not, and for values that cannot be what is said.
    """
    by_name = {column.source.lower(): column for column in columns}
    wanted = {_found(name, by_name): _meaning(meaning) for name, meaning in said.items()}
    taken = set(wanted.values()) - _OF_SEVERAL
    rest = {column.source for column in columns if column.meaning in taken and column.source not in wanted}
    return [
        _meaning_so(column, wanted[column.source])
        if column.source in wanted
        else replace(column, meaning="")
        if column.source in rest
        else column
        for column in columns
    ]


def _found(name: str, by_name: Mapping[str, Column]) -> str:
    if name.lower() in by_name:
        return by_name[name.lower()].source
    near = difflib.get_close_matches(name.lower(), by_name, 1)
    known = ", ".join(column.source for column in by_name.values())
    raise UsageError(
        f"--as: the files have no column {name!r}",
        f"did you mean {by_name[near[0]].source!r}?" if near else f"they have {known}",
    )


def _meaning(word: str) -> str:
    known = [NOTHING, *known_meanings()]
    if word in known:
        return word if word != NOTHING else ""
    near = difflib.get_close_matches(word, known, 1)
    told = f"did you mean {near[0]}? " if near else ""
    raise UsageError(f"--as: a column cannot mean {word!r}", f"{told}it can mean {', '.join(known)}")


def _meaning_so(column: Column, meaning: str) -> Column:
    told = replace(column, meaning=meaning, head=replace(column.head, owner=""), consent=None)
    if meaning == "order_id":
        return replace(told, shape=Shape("string"))
    if meaning and column.values and not fits(meaning, told):
        raise UsageError(
            f"--as: the values of {column.source!r} cannot be {meaning}: {', '.join(list(column.values)[:3])}",
            "what dates and amounts look like is told by the values alone",
        )
    return as_code(told)
