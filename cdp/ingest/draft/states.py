"""Words by which orders say that they were called off, and rows that they came back: also those no sample row uses."""

from __future__ import annotations

import re

from cdp.ingest.checks import text
from cdp.ingest.draft.export import Export
from cdp.ingest.draft.levels import told_by_values
from cdp.ingest.draft.meanings import Column
from cdp.ingest.draft.people import as_text

CANCELLED = (
    r"cancel|cancell|annul|anul|storn|(^|[^a-z])void|fail|declin|reject|abandon|expired|abgelehnt|abgelaufen|abgebroch|"
    r"fehlgeschl|gescheitert|fallid|rechaz|[eé]chou|refus|rifiut|fallit|mislukt|geweig|odrzuc|nieudan|recusad|falhou|"
    r"(^|[^a-z])trash"
)
RETURNED = (
    r"refund|(^|[^a-z])return|retour|erstatt|r[uü]ckgabe|r[uü]cksend|gutschrift|devol|devuel|rembours|rimbors|reembols|"
    r"(^|[^a-z])res[oi]($|[^a-z])|zwr[oó]|terugbet|charge.?back"
)
_RETURNED_KINDS = RETURNED + r"|storno|credit.?(note|memo)|(^|[^a-z])avoir|nota.(de.|di.)?cr[eé]dito|abono"
_PARTLY = r"part(ial|iel|ly|iell)|teil|parcial|parzial|gedeel|cz[eę][sś]c"
_KINDS = re.compile(
    r"((event|transaction|sale|sales|order|receipt|document|doc|record|line|row|entry|beleg|buchungs|vorgangs)_?)?"
    r"(type|typ|art|kind)"
)


def is_cancelled(export: Export, status: str | None) -> str:
    """SQL that says whether an order was called off; ``status`` is SQL of the order's status."""
    found = [f"max({column.name}) is not null" for column in export.all_of("cancelled_at", filled=False)[:1]]
    if status is not None:
        found.append(f"coalesce(regexp_matches(lower({status}), {text(CANCELLED)}), false)")
    return " or ".join(found) or "false"


def returned_rows(export: Export, apart_from: str) -> list[str]:
    """SQL conditions of rows that came back, as a kind or a status that changes from line to line says it."""
    found = []
    for column in export.all_of("type", "event_name", "status"):
        if column.name == apart_from:
            continue
        if column.meaning == "status":
            if export.is_many and told_by_values(export, column) == "row":
                found.append(_says(column, RETURNED))
        elif _KINDS.fullmatch(column.head.words) or _in_sample(column, _RETURNED_KINDS):
            found.append(_says(column, _RETURNED_KINDS))
    return found


def refunded_orders(export: Export) -> str:
    """SQL condition of orders whose status says that all of the money was given back; empty when none can say so."""
    if export.has("refunded"):
        return ""
    whole = [
        column for column in export.all_of("status") if not export.is_many or told_by_values(export, column) != "row"
    ]
    return " or ".join(_says(column, RETURNED) for column in whole)


def _says(column: Column, pattern: str) -> str:
    words = f"lower({as_text(column)})"
    return f"coalesce(regexp_matches({words}, {text(pattern)}) and not regexp_matches({words}, {text(_PARTLY)}), false)"


def _in_sample(column: Column, pattern: str) -> bool:
    return any(re.search(pattern, value.lower()) and not re.search(_PARTLY, value.lower()) for value in column.values)
