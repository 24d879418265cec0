"""``pos_receipts``: Windows-1252, semicolons, CRLF, decimal comma, the store's own clock, one row per line."""

from __future__ import annotations

from cdp.sample.calendar import local
from cdp.sample.catalogue import VAT
from cdp.sample.exports.sheets import Delivery, Fault, Form, Row, csv_line, money
from cdp.sample.trade import Order, Receipt
from cdp.sample.world import World

FEED = "pos_receipts"
HEADER = (
    "Store No;Till;Receipt No;Line;Date;Time;Type;Article EAN;Description;Qty;Unit Price;Discount;Amount;VAT %;Tender;"
    "Loyalty Card;Customer Name;E-Receipt Email;Customer Phone;Operator;Orig Receipt;Last Changed"
)
FORM = Form("cp1252", "\r\n")


def export(world: World, night: int, delivery: Delivery) -> None:
    """Write one night's till receipts: new, late and corrected ones."""
    begin, until = world.calendar.window(night)
    path, rows = f"pos/pos_receipts_{world.calendar.stamp(night):%Y%m%d}.csv", []
    for receipt in world.market.receipts:
        first, corrected = world.delivered(receipt.at, receipt.late), receipt.corrected_at
        is_correction = corrected is not None and begin <= corrected < until
        if first == night or (is_correction and first < night):
            rows += _rows(receipt, is_final=corrected is None or corrected < until)
            _see(world, receipt)
            if receipt.placeholder and first == night:
                fault = Fault("placeholder", "accept_null", receipt.placeholder)
                delivery.note(night, path, FEED, fault, key=receipt.key)
    if night == 1:
        rows = delivery.repeat(rows, 1 + len(rows) // 900)
        rows = [*delivery.sprinkle(rows, _faults()), Row(f"*** END OF EXPORT *** {len(rows)} LINES", "", TRAILER)]
    delivery.write(night, path, FEED, FORM, HEADER, rows)


def _see(world: World, receipt: Receipt) -> None:
    owner = receipt.person.person_id if receipt.person else receipt.unknown_buyer
    tokens = (*receipt.tokens, f"receipt:{receipt.key}")
    world.registry.see(FEED, receipt.key, "receipt", owner, tokens=tokens, evidence=receipt.evidence)


def _rows(receipt: Receipt, *, is_final: bool) -> list[Row]:
    when = local(receipt.at, receipt.store.time_zone)
    changed = when
    if receipt.corrected_at is not None and is_final:
        changed = local(receipt.corrected_at, receipt.store.time_zone)
    original = receipt.original
    reference = original.key if isinstance(original, Receipt | Order) else ""
    rows = []
    for place, line in enumerate(receipt.lines, 1):
        extra = receipt.overcharge if place == 1 and not is_final else 0
        sign = 1 if line.quantity > 0 else -1
        rows.append(Row(csv_line((
            receipt.store.store_id, str(receipt.till), str(receipt.number), str(place), f"{when:%d/%m/%Y}",
            f"{when:%H:%M}",
            "SALE" if sign > 0 else "RETURN", line.product.gtin, line.product.title.upper(), str(line.quantity),
            money(line.product.price + extra, ","), money(abs(line.discount), ","),
            money(line.amount + extra * line.quantity, ","), str(VAT[receipt.store.country]), receipt.tender,
            receipt.card,
            receipt.name, receipt.email, receipt.phone, str(receipt.operator), reference,
            f"{changed:%d/%m/%Y %H:%M:%S}",
        ), ";"), receipt.key))  # fmt: skip
    return rows


TRAILER = Fault("trailer_line", "reject")


def _faults() -> list[Row]:
    """One row for each kind of fault; their receipt numbers are none that a till gives."""
    tail = "1;19,95;0,00;19,95;20;CARD;;;;;101;;"

    def row(number: int, rest: str, kind: str, expected: str = "reject", note: str = "") -> Row:
        return Row(f"S101;9;{number};1;{rest}", f"S101-9-{number}", Fault(kind, expected, note))

    def sale(day: str, name: str, end: str) -> str:
        return f"{day};12:30;SALE;2000000030005;{name};{end}{day} 12:30:00"

    good, own = "07/04/2025", "only this row; the following rows are good"
    return [
        row(970001, f"{good};12:30;SALE;2000000030005;HOLLIN TEA TOWEL", "too_few_columns"),
        row(970002, sale(good, "TEA TOWELS; PACK OF 3", tail), "too_many_columns", note="delimiter not quoted"),
        row(970003, sale(good, '"HOLLIN TEA TOWEL', tail), "unterminated_quote", note=own),
        row(970004, sale("30/02/2025", "HOLLIN TEA TOWEL", tail), "impossible_date"),
        row(970005, sale("00/00/0000", "HOLLIN TEA TOWEL", tail), "impossible_date"),
        row(970006, sale(good, "HOLLIN TEA TOWEL", "one" + tail[1:]), "not_a_number"),
        row(970007, sale(good, "HOLLIN TEA TOWEL", "1;19,95;0,00;1.9.9,5;20;CARD;;;;;101;;"), "not_a_number"),
        row(970008, sale(good, "HOLLIN \x00\udc81 TOWEL", "1;19,95;0,00;;20;CARD;;;;;101;;"), "invalid_bytes",
            note="NUL and an undefined cp1252 byte; amount missing"),
        row(970009, sale("02/02/2098", "HOLLIN TEA TOWEL", tail), "future_timestamp", "warn",
            "must not count as a purchase so far"),
        Row(HEADER, "", Fault("repeated_header", "reject", "header line again in the middle (files joined)")),
        Row("", "", Fault("blank_line", "ignore")),
    ]  # fmt: skip
