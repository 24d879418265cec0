"""Draw the movements of loyalty points: carried over, earned, spent, taken back."""

from __future__ import annotations

from dataclasses import dataclass

from cdp.sample.calendar import DAY, HOUR, Calendar
from cdp.sample.draws import Draws
from cdp.sample.market import Market
from cdp.sample.memberships import Card
from cdp.sample.trade import Order, Receipt

FIRST_NUMBER = 62_000_001
LEAST_BURN = 150


@dataclass(slots=True)
class Entry:
    """One movement on a card; ``reference`` is the key of the sale or return behind it."""

    card: Card
    at: int
    kind: str
    points: int
    reference: str = ""
    late: bool = False
    number: int = 0


class Points:
    """All movements of the world."""

    def __init__(self, seed: int, calendar: Calendar, market: Market) -> None:
        self.calendar, self.market = calendar, market
        self.draws = Draws(seed, "points")
        self.entries: list[Entry] = []

    def book(self) -> None:
        """Draw all movements, in the order of time."""
        for cards in self.market.members.cards.values():
            for card in cards:
                if card.enrolled_at < self.calendar.begin:
                    self.entries.append(Entry(card, self.calendar.begin, "OPENING", self.draws.between(5, 260)))
        for receipt in self.market.receipts:
            if receipt.card and receipt.person:
                self._book_receipt(receipt)
        for order in self.market.orders:
            self._book_order(order)
        self._burn()
        self.entries = [entry for entry in self.entries if entry.at < self.calendar.end and entry.points]
        self.entries.sort(key=lambda e: (e.at, e.card.number, e.kind, e.reference))
        for place, entry in enumerate(self.entries):
            entry.number = FIRST_NUMBER + 3 * place

    def balance(self) -> dict[str, int]:
        """Points per person at the end, over all cards of the person."""
        found: dict[str, int] = {}
        for entry in self.entries:
            person_id = entry.card.person.person_id
            found[person_id] = found.get(person_id, 0) + entry.points
        return found

    def _card(self, sale: Receipt | Order) -> Card | None:
        person = sale.person
        cards = self.market.members.cards.get(person.person_id, []) if person else []
        held = [card for card in cards if card.enrolled_at < sale.at]
        return held[-1] if held else None

    def _book_receipt(self, receipt: Receipt) -> None:
        card = self._card(receipt)
        if card is None:
            return
        kind = "EARN" if receipt.original is None else "REVERSAL"
        sign = 1 if receipt.original is None else -1
        points = sign * (abs(receipt.amount) // 100)
        self.entries.append(Entry(card, receipt.at, kind, points, receipt.key, receipt.late))

    def _book_order(self, order: Order) -> None:
        card = self._card(order)
        if card is None or order.cancelled_at is not None:
            return
        self.entries.append(Entry(card, order.at, "EARN", order.amount // 100, order.key))
        if order.refunded_at is not None:
            self.entries.append(Entry(card, order.refunded_at, "REVERSAL", -(order.refund // 100), order.key))

    def _burn(self) -> None:
        """Now and then somebody spends what is there, in steps of 50."""
        saved: dict[str, int] = {}
        for entry in sorted(self.entries, key=lambda e: (e.at, e.card.number)):
            number = entry.card.number
            saved[number] = saved.get(number, 0) + entry.points
            if entry.kind == "EARN" and saved[number] >= LEAST_BURN and self.draws.chance(0.25):
                spent = saved[number] // 50 * 50
                at = entry.at + self.draws.between(HOUR, 30 * DAY)
                self.entries.append(Entry(entry.card, at, "BURN", -spent))
                saved[number] -= spent
