"""What is true of each person at the end: totals per person, and who belongs to which segment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from cdp.sample.calendar import DAY, utc
from cdp.sample.people import Person
from cdp.sample.trade import Order, Receipt
from cdp.sample.world import World

CHANNELS = ("store", "web", "app", "social", "support")
SEGMENTS = {
    "app_only_buyers": "Has bought in the app, never on the web and never in a store",
    "detractor_200": "Latest NPS score 0 to 6 and net revenue of 200 EUR or more",
    "heavy_returner": "Three orders or more, and 40 % or more of the gross value returned",
    "mobile_not_email": "May be reached by SMS or push, but has opted out of e-mail",
    "new_30d": "First purchase ever (in the data) within the last 30 days",
    "open_ticket_recent_online": "Has an unsolved support ticket and ordered on line within the last 30 days",
    "outdoor_and_kitchen_365d": "Bought both Outdoor and Kitchen goods within the last 365 days (any channel)",
    "pickup_waiting": "Has a reservation waiting for pick-up (not collected, cancelled or expired)",
    "store_and_online_180d": "Bought in a store and on line (web or app) within the last 180 days",
    "store_only_emailable": "Has bought in stores only, and may be e-mailed",
    "unhappy_not_back": "Gave a CSAT of 1 or 2 and has bought nothing since the (first such) rating",
    "vip_lapsed": "Net revenue of 600 EUR or more over the two years, but no purchase in the last 180 days",
    "web_returned_in_store_365d": "Brought an online purchase back to a store within the last 365 days",
}


@dataclass(slots=True)
class Ledger:
    """Everything of one person that counts. Money in cents, instants in seconds since 1970 UTC."""

    person: Person
    purchases: list[tuple[int, str, int]] = field(default_factory=list)
    bought: dict[str, int] = field(default_factory=dict)
    """Category to the latest purchase in it."""
    returned: int = 0
    online_returns: list[int] = field(default_factory=list)
    channels: set[str] = field(default_factory=set)
    has_card: bool = False
    open_tickets: int = 0
    consent: dict[str, bool] = field(default_factory=dict)
    reservations_waiting: int = 0
    loyalty_balance: int = 0
    first_low_rating: int | None = None
    last_score: int | None = None

    @property
    def gross(self) -> int:
        """Merchandise after discounts, incl. VAT, before returns."""
        return sum(amount for _, _, amount in self.purchases)

    @property
    def net(self) -> int:
        """Gross less returns."""
        return self.gross - self.returned

    def times(self, *channels: str) -> list[int]:
        """Return when the person bought in these channels (in any when none is named), in order."""
        return sorted(t for t, channel, _ in self.purchases if not channels or channel in channels)


def keep_ledgers(world: World) -> dict[str, Ledger]:
    """Sum up the world per person, as of the end of the last night."""
    ledgers = {person.person_id: Ledger(person) for person in world.people}
    _count_purchases(world, ledgers)
    _count_returns(world, ledgers)
    _count_service(world, ledgers)
    _count_consents(world, ledgers)
    for person_id, points in world.points.balance().items():
        ledgers[person_id].loyalty_balance = points
    for ledger in ledgers.values():
        pushes = [p for h in world.members.handsets[ledger.person.person_id] for p in h.push]
        if pushes:
            ledger.consent["push"] = max(pushes)[1]
    feeds = {"pos_receipts": "store", "web_events": "web", "app_events": "app", "social_leads": "social",
             "social_interactions": "social", "support_tickets": "support", "call_log": "support"}  # fmt: skip
    for record in world.registry.records.values():
        ledger_of = ledgers.get(record.owner)
        if ledger_of and record.feed in feeds and record.evidence == "strong":
            ledger_of.channels.add(feeds[record.feed])
        if ledger_of and record.feed == "loyalty_members":
            ledger_of.has_card = True
    return ledgers


def _count_consents(world: World, ledgers: dict[str, Ledger]) -> None:
    """The latest statement counts, and whoever clicked "unsubscribe" in a mail made one."""
    said = [(s.at, s.person.person_id, s.channel, s.granted) for s in world.consents.statements]
    said += [(at, person_id, "email", False) for person_id, at in world.marketing.unsubscribed.items()]
    for _, person_id, channel, granted in sorted(said, key=lambda statement: statement[0]):
        ledgers[person_id].consent[channel] = granted


def _count_purchases(world: World, ledgers: dict[str, Ledger]) -> None:
    sales: list[tuple[Receipt | Order, str]] = [(o, o.channel) for o in world.market.orders if o.cancelled_at is None]
    sales += [(r, "store") for r in world.market.receipts if r.original is None and r.evidence == "strong"]
    for sale, channel in sales:
        assert sale.person is not None
        ledger = ledgers[sale.person.person_id]
        ledger.purchases.append((sale.at, channel, sale.amount))
        if channel == "web":
            ledger.channels.add("web")
        for line in sale.lines:
            ledger.bought[line.product.category] = max(sale.at, ledger.bought.get(line.product.category, 0))


def _count_returns(world: World, ledgers: dict[str, Ledger]) -> None:
    for order in world.market.orders:
        if order.refunded_at is not None and order.cancelled_at is None:
            ledgers[order.person.person_id].returned += order.refund
    for receipt in world.market.receipts:
        if receipt.original is not None and receipt.evidence == "strong" and receipt.person:
            ledger = ledgers[receipt.person.person_id]
            ledger.returned -= receipt.amount
            if isinstance(receipt.original, Order):
                ledger.online_returns.append(receipt.at)


def _count_service(world: World, ledgers: dict[str, Ledger]) -> None:
    for ticket in world.service.tickets:
        ledger = ledgers[ticket.person.person_id]
        ledger.open_tickets += ticket.solved_at is None
        if ticket.rated_at is not None and ticket.rating in (1, 2):
            ledger.first_low_rating = min(ticket.rated_at, ledger.first_low_rating or ticket.rated_at)
    for survey in world.service.surveys:
        ledgers[survey.person.person_id].last_score = survey.score
    for reservation in world.market.reservations:
        ledgers[reservation.person.person_id].reservations_waiting += reservation.closed_at is None


def totals_rows(ledgers: dict[str, Ledger]) -> list[dict[str, object]]:
    """Return ``truth_totals``: one row per person, money in EUR, times as ISO text in UTC."""
    rows: list[dict[str, object]] = []
    for person_id, ledger in ledgers.items():
        times = ledger.times()
        consent = {c: "in" if ledger.consent[c] else "out" for c in ledger.consent}
        rows.append({
            "person_id": person_id, "orders": len(times),
            **{f"orders_{c}": len(ledger.times(c)) for c in ("store", "web", "app")},
            "gross_revenue": ledger.gross / 100, "returned_value": ledger.returned / 100,
            "net_revenue": ledger.net / 100,
            "first_purchase_at": _iso(times[0]) if times else "", "last_purchase_at": _iso(times[-1]) if times else "",
            "channels": "|".join(c for c in CHANNELS if c in ledger.channels), "has_card": ledger.has_card,
            "loyalty_balance": ledger.loyalty_balance,
            "open_tickets": ledger.open_tickets, **{f"consent_{c}": consent.get(c, "") for c in ("email", "sms",
                "push")},
            "reservations_waiting": ledger.reservations_waiting, "erased": ledger.person.erased,
        })  # fmt: skip
    return rows


def _iso(instant: int) -> str:
    return f"{utc(instant):%Y-%m-%dT%H:%M:%S}"


def segment_rows(ledgers: dict[str, Ledger], as_of: int) -> list[tuple[str, str]]:
    """Return ``truth_segments``: (segment, person) for the people who are not erased."""
    rules = _rules(as_of)
    return [
        (name, person_id)
        for name in SEGMENTS
        for person_id, ledger in ledgers.items()
        if not ledger.person.erased and rules[name](ledger)
    ]


def _rules(as_of: int) -> dict[str, Callable[[Ledger], bool]]:
    def since(days: int) -> int:
        return as_of - days * DAY

    def recently(times: list[int], days: int) -> bool:
        return bool(times) and times[-1] >= since(days)

    return {
        "app_only_buyers": lambda x: bool(x.times("app")) and not x.times("store", "web"),
        "detractor_200": lambda x: x.last_score is not None and x.last_score <= 6 and x.net >= 20_000,
        "heavy_returner": lambda x: len(x.purchases) >= 3 and x.returned * 10 >= x.gross * 4,
        "mobile_not_email": lambda x: (
            x.consent.get("email") is False and bool(x.consent.get("sms") or x.consent.get("push"))
        ),
        "new_30d": lambda x: bool(x.purchases) and x.times()[0] >= since(30),
        "open_ticket_recent_online": lambda x: x.open_tickets > 0 and recently(x.times("web", "app"), 30),
        "outdoor_and_kitchen_365d": lambda x: (
            x.bought.get("Outdoor", 0) >= since(365) and x.bought.get("Kitchen", 0) >= since(365)
        ),
        "pickup_waiting": lambda x: x.reservations_waiting > 0,
        "store_and_online_180d": lambda x: recently(x.times("store"), 180) and recently(x.times("web", "app"), 180),
        "store_only_emailable": lambda x: (
            bool(x.times("store")) and not x.times("web", "app") and x.consent.get("email") is True
        ),
        "unhappy_not_back": lambda x: (
            x.first_low_rating is not None and not any(t > x.first_low_rating for t in x.times())
        ),
        "vip_lapsed": lambda x: x.net >= 60_000 and not recently(x.times(), 180),
        "web_returned_in_store_365d": lambda x: any(t >= since(365) for t in x.online_returns),
    }
