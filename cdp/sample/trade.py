"""Purchases and returns: till receipts, and orders of the web shop and the app. Money is in cents."""

from __future__ import annotations

from dataclasses import dataclass, field

from cdp.sample.catalogue import Product, Store
from cdp.sample.people import Address, Person


@dataclass(slots=True)
class Line:
    """One position of a purchase; a return has a negative quantity and amount."""

    product: Product
    quantity: int
    discount: int = 0

    @property
    def amount(self) -> int:
        """What was paid for the position, incl. VAT."""
        return self.product.price * self.quantity - self.discount


@dataclass(slots=True)
class Receipt:
    """One till receipt. ``at`` is a whole minute, as tills print it."""

    store: Store
    till: int
    at: int
    person: Person | None
    lines: list[Line]
    tender: str = "CARD"
    operator: int = 100
    number: int = 0
    original: Receipt | Order | None = None
    card: str = ""
    name: str = ""
    email: str = ""
    phone: str = ""
    tokens: tuple[str, ...] = ()
    evidence: str = "none"
    unknown_buyer: str = ""
    placeholder: str = ""
    late: bool = False
    corrected_at: int | None = None
    overcharge: int = 0
    """What the first line cost too much until head office corrected the receipt."""

    @property
    def key(self) -> str:
        """The key in the till export."""
        return f"{self.store.store_id}-{self.till}-{self.number}"

    @property
    def amount(self) -> int:
        """The corrected total."""
        return sum(line.amount for line in self.lines)


@dataclass(slots=True)
class Order:
    """One online order."""

    person: Person
    at: int
    channel: str
    lines: list[Line]
    account_id: str = ""
    account_holder: Person | None = None
    email: str = ""
    phone: str = ""
    name: str = ""
    address: Address | None = None
    discount: int = 0
    discount_code: str = ""
    shipping: int = 0
    cart_id: str = ""
    payment: str = ""
    note: str = ""
    reference: str = ""
    number: int = 0
    cancelled_at: int | None = None
    fulfilled_at: int | None = None
    refunded_at: int | None = None
    refund: int = 0
    tokens: tuple[str, ...] = field(default=())

    @property
    def key(self) -> str:
        """The order's name in the shop export."""
        return f"#{self.number}"

    @property
    def amount(self) -> int:
        """Merchandise after discount, incl. VAT, without shipping."""
        return sum(line.amount for line in self.lines) - self.discount

    @property
    def shared(self) -> bool:
        """Placed on somebody else's account."""
        return self.account_holder is not None and self.account_holder is not self.person


@dataclass(slots=True)
class Reservation:
    """Goods put aside in a store for somebody who asked in the app."""

    number: int
    person: Person
    product: Product
    store: Store
    created_at: int
    ready_at: int | None = None
    closed_at: int | None = None
    outcome: str = ""
    """Collected, Cancelled, Expired, or empty while it waits."""
