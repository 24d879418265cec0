"""Which orders were called off, and which rows came back: also by words that no sample row uses."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from cdp.ingest.draft.export import Export
from cdp.ingest.draft.levels import told_by_values
from cdp.ingest.draft.meanings import Column
from cdp.ingest.draft.people import as_text
from cdp.ingest.draft.state_words import is_cancelling, is_returning, says_cancelled, says_returned, speaks_of_it

_ORDER = (
    r"(order|sales?|purchase|receipt|bestell\w*|auftrags?|commande|pedido|ordine|zamowieni\w*|encomenda|"
    r"beleg)"
)
_OF_ORDER = re.compile(
    rf"({_ORDER}_?)?(status|state|stage|zustand|etat|estado|stato|statut|situacao|stan|current_(status|state)|lifecycle_status)|"
    rf"(status|state|etat|estado|statut|stato|stan)_((de_la|de|del|da|do|van|di)_)?{_ORDER}"
)
_OF_PAYMENT = re.compile(r"(^|_)(pay\w*|paid|transaction|financial|zahl\w*|pago|paiement|pagamento|betal\w*)(_|$)")
_IS_OFF = re.compile(
    r"(is_)?(void(ed)?|cancell?ed|storniert|storno|annulee?|anulad[oa]|annullat[oa]|geannuleerd|deleted)"
)
_KINDS = re.compile(
    r"((event|transaction|sale|sales|order|receipt|document|doc|record|line|row|entry|payment|beleg|buchungs|vorgangs|"
    r"bon)_?)?(type|typ|art|kind)|(type|tipo)_((d|de|del|di|do)_)?(evenement|evento|transacc?ion|transaction|transazione|"
    r"operation|operacion|operazione|vente|venta|vendita)"
)


def order_states(export: Export) -> list[Column]:
    """Columns that say what became of an order: those of its own, else that of its payment, else the fullest one.

    The state of a customer, a coupon or a parcel is none of the order's.
    """
    known = export.all_of("status", owners=("", "billing", "person", "store", "device"))
    fullest = sorted(known, key=lambda column: -round(column.filled, 1))
    of_order = [column for column in fullest if _OF_ORDER.fullmatch(column.head.words)]
    of_payment = [column for column in fullest if _OF_PAYMENT.search(column.head.words)]
    chosen = of_order or of_payment[:1] or fullest[:1]
    for column in known:
        if column not in chosen:
            _tell_unread(export, column, chosen[0])
    return chosen


def _tell_unread(export: Export, column: Column, chosen: Column) -> None:
    off = sorted({value.strip() for value in column.values if is_cancelling(value)})
    if off:
        export.doubt(
            f"{column.source} ({', '.join(off[:5])}) is not read: {chosen.source} tells what became of an order; "
            "orders.sql says otherwise where it does not"
        )


def is_cancelled(export: Export, states: Sequence[Column]) -> str:
    """SQL that says whether an order was called off, by the time of it or by any of its states."""
    found = [f"max({column.name}) is not null" for column in export.all_of("cancelled_at", filled=False)[:1]]
    for column in export.columns:
        if column.shape.kind == "boolean" and _IS_OFF.fullmatch(column.head.words):
            found.append(f"coalesce(bool_or({column.name}), false)")
            export.doubt(f"orders for which {column.source} holds are taken for cancelled")
    for column in states:
        state = f"lower({first_row(column)})"
        found.append(f"coalesce({says_cancelled(state)}, false)")
        _tell(export, column, is_cancelling, "orders", "cancelled")
    return " or ".join(found) or "false"


def first_row(column: Column) -> str:
    """SQL of an order's own value: that of the first of its rows that has one."""
    return f"arg_min({column.name}, _row)"


def returned_rows(export: Export, apart_from: str) -> list[str]:
    """SQL conditions of rows that came back, as a kind or a status that changes from line to line says it."""
    found = []
    for column in export.all_of("type", "event_name", "status"):
        if column.name == apart_from:
            continue
        if column.meaning == "status":
            if export.is_many and told_by_values(export, column) == "row":
                found.append(_says_returned(export, column))
        elif _KINDS.fullmatch(column.head.words) or (column.meaning == "event_name" and _tells_returns(column)):
            found.append(_says_returned(export, column, is_kind=True))
    return found


def refunded_orders(export: Export) -> str:
    """SQL condition of orders whose status says that all of the money was given back; empty when none can say so."""
    if export.has("refunded"):
        return ""
    whole = [
        column for column in export.all_of("status") if not export.is_many or told_by_values(export, column) != "row"
    ]
    return " or ".join(_says_returned(export, column, what="orders") for column in whole)


def _says_returned(export: Export, column: Column, *, is_kind: bool = False, what: str = "rows") -> str:
    _tell(export, column, lambda value: is_returning(value, is_kind=is_kind), what, "returns")
    return f"coalesce({says_returned(f'lower({as_text(column)})', is_kind=is_kind)}, false)"


def _tells_returns(column: Column) -> bool:
    return column.owner == "" and any(is_returning(value, is_kind=True) for value in column.values)


def _tell(export: Export, column: Column, test: Callable[[str], bool], what: str, outcome: str) -> None:
    """Say which words of the sample are taken for it, and which that speak of it are not."""
    words = sorted({value.strip() for value in column.values})
    taken = [word for word in words if test(word)]
    left = [word for word in words if speaks_of_it(word) and not is_cancelling(word) and not is_returning(word)]
    if taken:
        export.doubt(f"{what} whose {column.source} says {', '.join(taken[:8])} are taken for {outcome}")
    if left:
        export.doubt(
            f"{column.source}: {', '.join(left[:8])} is taken for neither cancelled nor returned in full; "
            "the SQL files say otherwise where it is"
        )
