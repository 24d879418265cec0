"""Draw what people do in the app: sessions, orders, reservations, and whether they allow push messages."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from cdp.sample.calendar import HOUR, Calendar, seconds
from cdp.sample.catalogue import Product
from cdp.sample.draws import Draws
from cdp.sample.market import Market
from cdp.sample.memberships import Handset, Memberships, taste
from cdp.sample.trade import Order, Reservation


@dataclass(slots=True)
class Tap:
    """One app event; times in milliseconds since 1970 UTC."""

    at_ms: int
    handset: Handset
    session_ms: int
    event: str
    uuid: str
    properties: dict[str, Any] = field(default_factory=dict)
    late: bool = False


def _article(product: Product, **more: Any) -> dict[str, Any]:
    return {"sku": product.sku, "product_name": product.title, **more}


class App:
    """All app events of the world."""

    def __init__(self, seed: int, calendar: Calendar, market: Market, products: list[Product]) -> None:
        self.calendar, self.market, self.products = calendar, market, products
        self.members: Memberships = market.members
        self.draws = Draws(seed, "app")
        self.taps: list[Tap] = []
        self._now = self._session = 0
        self._late = False

    def use(self) -> None:
        """Draw installations, orders, idle sessions and reservations."""
        for person in self.members.people:
            for handset in self.members.handsets[person.person_id]:
                self._install(handset)
                for _ in range(self.draws.count(taste(person, 4))):
                    last = max(person.active_until, handset.installed_at)
                    day = self.calendar.day(self.draws, handset.installed_at, last)
                    at = seconds(day) + self.draws.between(6 * HOUR, 23 * HOUR)
                    if at > handset.installed_at:
                        self._idle(handset, at)
        for order in self.market.orders:
            if order.channel == "app":
                self._buy(order)
        for reservation in self.market.reservations:
            self._reserve(reservation)
        self.taps = [tap for tap in self.taps if tap.at_ms < self.calendar.end * 1000]
        self.taps.sort(key=lambda tap: (tap.at_ms, tap.uuid))

    def _start(self, at: int, handset: Handset) -> None:
        self._now = at * 1000 + self.draws.between(0, 999)
        self._session, self._late = self._now + 3_000, self.draws.chance(0.08)
        self._tap(handset, "Application Opened", {})

    def _tap(self, handset: Handset, event: str, properties: dict[str, Any]) -> None:
        self.taps.append(Tap(self._now, handset, self._session, event, self.draws.uuid(), properties, self._late))
        self._now += self.draws.between(3_000, 60_000)

    def _install(self, handset: Handset) -> None:
        self._now = self._session = handset.installed_at * 1000 + self.draws.between(0, 999)
        self._late = False
        self._tap(handset, "Application Installed", {})
        self._tap(handset, "Application Opened", {})
        if handset.login_at is not None:
            self._now = handset.login_at * 1000
            self._tap(handset, "Login", {})
        for at, allowed in handset.push:
            self._now = at * 1000
            self._session = self._now
            self._tap(handset, "Push Opt In" if allowed else "Push Opt Out", {})

    def _idle(self, handset: Handset, at: int) -> None:
        draws = self.draws
        self._start(at, handset)
        for _ in range(draws.between(1, 4)):
            product = draws.pick(self.products)
            self._tap(handset, "Product Viewed", _article(product, price=product.price / 100))
            if draws.chance(0.08):
                cart_id = f"ac_{draws.hexadecimal(10)}"
                self._tap(
                    handset, "Product Added", _article(product, price=product.price / 100, quantity=1, cart_id=cart_id)
                )
                self._tap(handset, "Cart Viewed", {"cart_id": cart_id})

    def _buy(self, order: Order) -> None:
        handset = next(h for h in self.members.handsets[order.person.person_id] if h.login_at is not None)
        self._start(max(order.at - self.draws.between(200, 800), (handset.login_at or 0) + 1), handset)
        for line in order.lines:
            price = line.product.price / 100
            self._tap(handset, "Product Viewed", _article(line.product, price=price))
            more = {"price": price, "quantity": line.quantity, "cart_id": order.cart_id}
            self._tap(handset, "Product Added", _article(line.product, **more))
        self._now = min(self._now, order.at * 1000 - 20_000)
        self._tap(handset, "Checkout Started", {"cart_id": order.cart_id})
        self._now = order.at * 1000 + self.draws.between(0, 999)
        products = [{"sku": x.product.sku, "price": x.product.price / 100, "quantity": x.quantity} for x in order.lines]
        self._tap(handset, "Order Completed", {
            "cart_id": order.cart_id, "order_id": order.key, "revenue": order.amount / 100,
            "shipping": order.shipping / 100, "currency": "EUR", "products": products,
        })  # fmt: skip

    def _reserve(self, reservation: Reservation) -> None:
        handset = next(h for h in self.members.handsets[reservation.person.person_id] if h.login_at is not None)
        product, store = reservation.product, reservation.store.store_id
        self._start(max(reservation.created_at - 120, (handset.login_at or 0) + 1), handset)
        self._now = min(self._now, reservation.created_at * 1000 - 1_000)
        self._tap(handset, "Store Availability Checked", _article(product, store_id=store, available=True))
        told = _article(product, quantity=1, store_id=store, reservation_id=f"RSV-{reservation.number}")
        steps = (("Created", reservation.created_at), ("Ready", reservation.ready_at),
                 (reservation.outcome, reservation.closed_at))  # fmt: skip
        self._late = False
        for step, at in steps:
            if at is not None:
                self._now = at * 1000
                self._tap(handset, f"Reservation {step}", told)
