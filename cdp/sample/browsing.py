"""Draw what people do on the web site: sessions, carts, checkouts, and who says who he is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from cdp.sample.calendar import DAY, HOUR, Calendar, seconds
from cdp.sample.catalogue import SHOP, Product
from cdp.sample.draws import Draws
from cdp.sample.market import Market
from cdp.sample.memberships import Browser, Memberships, taste
from cdp.sample.people import Person
from cdp.sample.trade import Order


@dataclass(slots=True)
class Hit:
    """One web event. ``at_ms`` is in milliseconds since 1970 UTC."""

    at_ms: int
    browser: Browser
    user_id: str
    kind: str
    event: str
    path: str
    message_id: str
    properties: dict[str, Any] = field(default_factory=dict)
    traits: dict[str, str] = field(default_factory=dict)
    late: bool = False


def product_properties(product: Product, quantity: int = 0) -> dict[str, Any]:
    """Return the article as e-commerce events carry it."""
    found: dict[str, Any] = {
        "product_id": product.gtin, "sku": product.sku, "name": product.title, "category": product.category,
        "brand": product.brand, "price": product.price / 100,
    }  # fmt: skip
    if quantity:
        found["quantity"] = quantity
    return found


class Browsing:
    """All web sessions of the world."""

    def __init__(self, seed: int, calendar: Calendar, market: Market, products: list[Product]) -> None:
        self.calendar, self.market, self.products = calendar, market, products
        self.members: Memberships = market.members
        self.draws = Draws(seed, "browsing")
        self.hits: list[Hit] = []
        self.tokens: dict[str, set[str]] = {}
        self.visitors: dict[str, str] = {}
        self.shared: set[str] = set()
        self._now = 0
        self._browser: Browser | None = None
        self._user = ""
        self._late = False

    def browse(self) -> None:
        """Draw the sessions that led to orders, idle ones, and those of unknown visitors."""
        for order in self.market.orders:
            if order.channel == "web":
                self._buy(order)
        for person in self.members.people:
            for _ in range(self.draws.count(taste(person, 3))):
                self._idle(person)
        for number in range(len(self.members.people) * 55 // 100):
            self._visitor(number + 1)
        self.hits = [hit for hit in self.hits if hit.at_ms < self.calendar.end * 1000]
        self.hits.sort(key=lambda hit: (hit.at_ms, hit.message_id))

    def _start(self, browser: Browser, at: int) -> None:
        self._now, self._browser, self._user = at * 1000 + self.draws.between(0, 999), browser, ""
        self._late = self.draws.chance(0.08)
        self._hit("page", "Home", "/", {"path": "/", "title": SHOP})

    def _hit(
        self, kind: str, event: str, path: str, properties: dict[str, Any], traits: dict[str, str] | None = None
    ) -> None:
        assert self._browser is not None
        self.hits.append(
            Hit(self._now, self._browser, self._user, kind, event, path, self.draws.uuid(), properties, traits or {},
                self._late)
        )  # fmt: skip
        self._now += self.draws.between(4_000, 70_000)

    def _identify(self, person: Person, account_id: str, at: int) -> None:
        """Say who is there; the owner's traits are evidence for the browser's record."""
        assert self._browser is not None
        draws, mobile = self.draws, person.mobile_at(at)
        traits = {"email": person.email_at(at), "firstName": person.first_name, "lastName": person.last_name_at(at)}
        if mobile and draws.chance(0.4):
            traits["phone"] = mobile
        self._user = account_id
        self._hit("identify", "", "/account" if account_id else "/checkout", {}, traits)
        if person is self._browser.person:
            tokens = {f"account:{account_id}", f"email:{traits['email']}", f"phone:{traits.get('phone', '')}"}
            self.tokens.setdefault(self._browser.cookie, set()).update(tokens)

    def _look(self, products: list[Product]) -> None:
        if self.draws.chance(0.35):
            self._hit(
                "track", "Product List Viewed", "/collections/all", {"list_id": "all", "category": "All products"}
            )
        for product in products:
            self._hit("track", "Product Viewed", product.page, {**product_properties(product), "currency": "EUR"})

    def _add(self, product: Product, quantity: int, cart_id: str, event: str = "Product Added") -> None:
        properties = {"cart_id": cart_id, **product_properties(product, quantity), "currency": "EUR"}
        self._hit("track", event, product.page, properties)

    def _buy(self, order: Order) -> None:
        draws, browsers = self.draws, self.members.browsers[order.person.person_id]
        browser = draws.pick([b for b in browsers if b.identity != "never"] or browsers)
        if not order.account_id and browser.identity == "never" and draws.chance(0.5):
            return  # an ad blocker: the order exists, its session does not
        self._start(browser, order.at - draws.between(300, 900))
        holder = order.account_holder
        if holder is not None:
            self._identify(holder, order.account_id, order.at)
        self._look([draws.pick(self.products) for _ in range(draws.between(0, 2))])
        for line in order.lines:
            self._look([line.product])
            self._add(line.product, line.quantity, order.cart_id)
        self._hit("track", "Cart Viewed", "/cart", {"cart_id": order.cart_id, "currency": "EUR"})
        self._hit("track", "Checkout Started", "/checkout", {"cart_id": order.cart_id, "currency": "EUR"})
        if holder is None:
            self._identify(order.person, "", order.at)
        self._now = order.at * 1000 + draws.between(0, 999)
        bought = [product_properties(line.product, line.quantity) for line in order.lines]
        total = (order.amount + order.shipping) / 100
        self._hit("track", "Order Completed", "/checkout", {
            "order_id": order.key, "cart_id": order.cart_id, "total": total, "revenue": order.amount / 100,
            "shipping": order.shipping / 100, "currency": "EUR", "products": bought,
        })  # fmt: skip
        tokens = self.tokens.setdefault(browser.cookie, set())
        if browser.person is order.person:
            tokens.add(f"order:{order.key}")

    def _instant(self, person: Person) -> int:
        day = self.calendar.day(self.draws, person.active_from, person.active_until)
        return seconds(day) + self.draws.between(6 * HOUR, 23 * HOUR)

    def _idle(self, person: Person) -> None:
        draws, at = self.draws, self._instant(person)
        browser, user = draws.pick(self.members.browsers[person.person_id]), person
        if browser.guest and draws.chance(0.45):
            user = browser.guest
            self.shared.add(browser.cookie)
        self._start(browser, at)
        account = self.members.accounts.get(user.person_id)
        if account and browser.identity == "account" and at > account.created_at + DAY and draws.chance(0.6):
            self._identify(user, account.account_id, at)
        elif browser.identity == "guest" and user is person and user.email_at(at) and draws.chance(0.12):
            self._identify(user, "", at)
        looked = [draws.pick(self.products) for _ in range(draws.between(1, 4))]
        self._look(looked)
        if draws.chance(0.14):
            cart_id = f"wc_{draws.hexadecimal(10)}"
            self._add(looked[0], 1, cart_id)
            if draws.chance(0.2):
                self._add(looked[0], 1, cart_id, "Product Removed")
            elif draws.chance(0.6):
                self._hit("track", "Cart Viewed", "/cart", {"cart_id": cart_id, "currency": "EUR"})

    def _visitor(self, number: int) -> None:
        draws, calendar = self.draws, self.calendar
        somebody = draws.pick(self.members.people)
        browser = Browser(draws.uuid(), somebody, draws.between(0, 5), "never")
        self.visitors[browser.cookie] = f"V{number:06d}"
        for _ in range(draws.between(1, 2)):
            self._start(browser, seconds(calendar.day(draws)) + draws.between(6 * HOUR, 23 * HOUR))
            self._look([draws.pick(self.products) for _ in range(draws.between(1, 3))])
