"""What tells the rows of an export apart."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING

from cdp.errors import IngestError
from cdp.ingest.draft.meanings import Column
from cdp.ingest.draft.order_key import find_order_key
from cdp.ingest.draft.rate_columns import rate_columns

if TYPE_CHECKING:
    from cdp.ingest.draft.export import Export

_Files = Sequence[Sequence[Mapping[str, str]]]
_EVENT_KEY = ("anonymous_id", "device_id", "occurred_at", "created_at", "event_name")
_NUMBERED = re.compile(
    r"^(?!.*(bundle|batch|sequence|session|version)).*(^|_)(id|uuid|guid|key|number|numero|identifi[a-z]+|kennung)(_|$)"
)
_OWN = {
    "events": ("event_id", "own_id"),
    "tickets": ("ticket_id", "own_id"),
    "survey": ("response_id", "own_id"),
    "orders": ("order_id",),
    "consent_log": ("own_id", "event_id", "response_id"),
    "products": ("sku", "gtin", "own_id"),
    "leads": ("own_id", "customer_id", "event_id", "response_id", "email"),
    "customers": ("own_id", "customer_id", "loyalty_card", "email", "phone"),
}


def find_key(export: Export) -> None:
    """Settle ``key`` and ``is_many`` of an export. Raises ``IngestError`` when nothing tells its rows apart."""
    files = [look.rows for look in export.looks]
    if export.kind == "rates" and (rates := rate_columns(export.columns)) is not None:
        export.key = rates.key
        return
    candidates = [
        column
        for meaning in _OWN[export.kind]
        for column in export.all_of(
            meaning, owners=("", "person", "item", "store", "ad", "company", "mailing", "device")
        )
    ]
    if export.kind == "orders":
        find_order_key(export, candidates)
        return
    contacts = [column for column in candidates if column.meaning in {"email", "phone"}]
    for column in candidates:
        if column not in contacts and column.filled > 0.98 and _unique_share(files, (column,)) > 0.98:
            export.key = (column,)
            return
    for column in export.columns:
        words = column.head.words
        numbered = bool(_NUMBERED.search(words)) and column.owner not in {"other", "ad"}
        if (
            numbered
            and column.meaning in {"", "order_id"}
            and column.filled > 0.98
            and _unique_share(files, (column,)) > 0.995
        ):
            export.key = (column,)
            return
    for column in contacts:
        if column.filled > 0.98 and _unique_share(files, (column,)) > 0.98:
            export.key = (column,)
            return
    export.key = _statement_key(export, files) or _combined_key(export, candidates, files)


def _unique_share(files: _Files, key: Sequence[Column]) -> float:
    """How far a key tells the rows of each file apart: in a later file the same key is a correction."""
    found = distinct = 0
    for rows in files:
        found += len({tuple(row.get(column.source, "") for column in key) for row in rows})
        distinct += len({tuple(sorted(row.items())) for row in rows})
    return found / distinct


def _statement_key(export: Export, files: _Files) -> tuple[Column, ...]:
    """Who, which channel and when, of a log whose statements have no number; empty where that is not enough."""
    if export.kind != "consent_log":
        return ()
    who = [column for meaning in ("customer_id", "email", "phone") for column in export.all_of(meaning)]
    way, when = export.all_of("channel", "type"), export.all_of("created_at", "occurred_at", "updated_at")
    key = tuple(column for kind in (who, way, when) for column in kind[:1] if column.filled > 0.98)
    return key if len(key) > 1 and _unique_share(files, key) > 0.98 else ()


def _combined_key(export: Export, candidates: Sequence[Column], files: _Files) -> tuple[Column, ...]:
    """The fewest columns that tell rows apart: whose, when, what."""
    order = (
        *("anonymous_id", "device_id", "customer_id", "email", "phone", "occurred_at", "created_at", "event_name"),
        *("session_id", "full_name", "last_name", "sku", "page"),
    )
    found = [*candidates, *(column for meaning in order for column in _finest(export, meaning))]
    found += export.all_of("channel", "type") if export.kind == "consent_log" else []
    pool = [column for number, column in enumerate(found) if column not in found[:number] and column.filled > 0.98]
    if export.kind == "events":
        parts = [column for column in pool if column.meaning in _EVENT_KEY]
        numbers = [
            column for column in export.columns if "bundle_sequence" in column.head.words and column.filled > 0.98
        ]
        if _unique_share(files, (*parts, *numbers)) > 0.98:
            return (*parts, *numbers)
    for size in (1, 2, 3, 4):
        for key in combinations(pool[:9], size):
            if size == 1 and key[0].meaning not in {"email", "phone"}:
                continue
            if _unique_share(files, key) > 0.995:
                names = ", ".join(column.source for column in key)
                if size > 1:
                    export.doubt(f"only {names} together tell rows apart: two rows that agree in them count as one")
                return key
    if not pool:
        raise IngestError(
            f"{export.looks[0].path}: no column is filled in every row, so nothing tells rows apart",
            "export a key column (an id) too",
        )
    more = [column for column in export.columns if column not in pool and column.filled > 0.98]
    key = _widest(files, pool[:4], [*pool[4:], *more])
    names = ", ".join(column.source for column in key)
    told = "only" if _unique_share(files, key) > 0.995 else "not even"
    export.doubt(f"{told} {names} together tell rows apart: a later row with the same ones replaces an earlier one")
    return key


def _widest(files: _Files, key: Sequence[Column], more: Sequence[Column]) -> tuple[Column, ...]:
    """A key, and every further column that helps to tell rows apart."""
    found, share = tuple(key), _unique_share(files, key)
    for column in more:
        if share <= 0.995 and (wider := _unique_share(files, (*found, column))) > share:
            found, share = (*found, column), wider
    return found


def _finest(export: Export, meaning: str) -> list[Column]:
    """The column of a meaning that tells most apart."""
    return sorted(export.all_of(meaning), key=lambda column: -column.distinct)[:1]
