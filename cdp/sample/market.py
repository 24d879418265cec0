"""Draw what people buy, how they are recognised at the till, and what they bring back."""

from __future__ import annotations

from datetime import timedelta

from cdp.sample.calendar import DAY, HOUR, Calendar, local, seconds
from cdp.sample.catalogue import STORES, Product, Store
from cdp.sample.draws import Draws
from cdp.sample.memberships import Account, Memberships, taste
from cdp.sample.people import Person
from cdp.sample.phones import casually
from cdp.sample.records import home_token, landline_token
from cdp.sample.spelling import card_number, full_name, till_email, till_name
from cdp.sample.trade import Line, Order, Receipt, Reservation

PLACEHOLDERS = (("mail", "none@none.com"), ("mail", "test@test.com"), ("name", "CASH CUSTOMER"), ("name", "WALK IN"),
                ("phone", "0000000000"), ("phone", "0123456789"), ("card", "0000000000000000"))  # fmt: skip
NOTES = (
    "Leave it in the shed, please",
    'Gate code is "1066", side door',
    "Happy birthday!\nLove, all of us; see you soon",
)
TENDERS = (("CARD", 0.48), ("CONTACTLESS", 0.32), ("CASH", 0.17), ("GIFTCARD", 0.03))
PAYMENTS = (("Shopify Payments", 0.65), ("PayPal Express Checkout", 0.23), ("Klarna", 0.12))


class Market:
    """Everything bought and brought back in the world."""

    def __init__(self, seed: int, calendar: Calendar, members: Memberships, products: list[Product]) -> None:
        self.calendar, self.members, self.products = calendar, members, products
        self.draws = Draws(seed, "market")
        self.receipts: list[Receipt] = []
        self.orders: list[Order] = []
        self.reservations: list[Reservation] = []

    def trade(self) -> None:
        """Draw all purchases and returns, then number them in the order of their times."""
        for person in self.members.people:
            for _ in range(self.draws.count(taste(person, 0))):
                self._visit(person)
            for place, channel in ((1, "web"), (2, "app")):
                for _ in range(self.draws.count(taste(person, place))):
                    self._order(person, channel)
            if self.members.handsets[person.person_id]:
                self._reserve(person)
        for place in range(max(4, len(self.members.people) // 12)):
            self._unknown_buyer(f"W{place + 1:06d}")
        self._number(self.receipts)
        self.orders.sort(key=lambda o: o.at)
        for place, order in enumerate(self.orders):
            order.number = 200_001 + place
        for order in self.orders:
            self._send_back(order)
        returns = [r for sale in self.receipts for r in self._bring_back(sale, 1.0)]
        returns += [r for order in self.orders for r in self._bring_back(order, 0.9)]
        self._number(returns)
        self.receipts = sorted(self.receipts + returns, key=lambda r: (r.at, r.key))
        self._correct()

    def _number(self, receipts: list[Receipt]) -> None:
        """Number receipts per till in the order of time; returns come after all sales of their till."""
        receipts.sort(key=lambda r: (r.at, r.store.store_id, r.till))
        last: dict[tuple[str, int], int] = {}
        for receipt in self.receipts:
            till = (receipt.store.store_id, receipt.till)
            last[till] = max(last.get(till, 6000), receipt.number)
        for receipt in receipts:
            till = (receipt.store.store_id, receipt.till)
            receipt.number = last[till] = last.get(till, 6000) + 1

    def _opening_minute(self, store: Store, first: int, last: int) -> int:
        """Draw a whole minute in opening hours; may lie beyond ``last`` by less than two days."""
        day = self.calendar.day(self.draws, first, last)
        return seconds(day, self.draws.between(9, 18), self.draws.between(0, 59), store.time_zone)

    def _basket(self) -> list[Line]:
        quantities = ((1, 0.78), (2, 0.14), (3, 0.05), (4, 0.03))
        return [Line(product, self.draws.weighted(quantities)) for product in self._articles()]

    def _articles(self) -> list[Product]:
        wanted: dict[str, Product] = {}
        for _ in range(1 + self.draws.count(0.9)):
            product = self.draws.pick(self.products)
            wanted[product.sku] = product
        return list(wanted.values())

    def _home_store(self, person: Person) -> Store:
        near = [s for s in STORES if s.country == person.country]
        return near[person.address.address_id % len(near)] if self.draws.chance(0.8) else self.draws.pick(near)

    def _visit(self, person: Person, lines: list[Line] | None = None, at: int | None = None) -> None:
        draws = self.draws
        store = self._home_store(person)
        moment = self._opening_minute(store, person.active_from, person.active_until) if at is None else at
        if moment >= self.calendar.end:
            return
        receipt = Receipt(store, draws.between(1, 3), moment, person, lines or self._basket())
        receipt.tender, receipt.operator = draws.weighted(TENDERS), draws.between(100, 140)
        for line in receipt.lines:
            if draws.chance(0.08):
                line.discount = line.product.price * line.quantity // 10
        receipt.late = draws.chance(0.3)
        self._recognise(receipt, person)
        self.receipts.append(receipt)

    def _recognise(self, receipt: Receipt, person: Person) -> None:
        """Fill in what the till learns of the buyer, and the evidence in it."""
        draws, at, tokens = self.draws, receipt.at, []
        cards = [c for c in self.members.cards.get(person.person_id, ()) if c.enrolled_at < at]
        luck, name, weak = draws.unit(), draws.chance(0.25), False
        if cards and luck < 0.78:
            receipt.card = card_number(draws, cards[-1].number)
            tokens.append(f"card:{cards[-1].number}")
            luck = draws.unit() * 1.6
            name = name and luck < 0.4
        if luck < 0.28 and person.email_at(at):
            receipt.email, usable = till_email(draws, person.email_at(at))
            weak = not usable
            if usable or "@" not in receipt.email:
                tokens.append(f"email:{person.email_at(at)}" if usable else f"typo:{person.email_at(at)}")
        elif luck < 0.34 and (number := person.mobile_at(at) or person.landline):
            receipt.phone = casually(draws, number)
            weak = number == person.landline
            tokens.append(landline_token(person, number) if weak else f"phone:{number}")
        elif luck < 0.4 and not receipt.card:
            name = weak = True
        elif not receipt.card:
            name = False
        receipt.name = till_name(draws, person, at) if name else ""
        receipt.tokens = tuple(t.replace("typo:", "email:") for t in tokens)
        strong = any(t.startswith(("card:", "email:", "phone:")) for t in tokens)
        receipt.evidence = "strong" if strong else "weak" if weak or name else "none"

    def _unknown_buyer(self, name: str) -> None:
        draws, store = self.draws, self.draws.pick(STORES)
        at = self._opening_minute(store, self.calendar.begin, self.calendar.end)
        if at >= self.calendar.end:
            return
        receipt = Receipt(store, draws.between(1, 3), at, None, self._basket(), draws.weighted(TENDERS))
        what, value = draws.pick(PLACEHOLDERS)
        receipt.card, receipt.name, receipt.email, receipt.phone = (
            value if what == kind else "" for kind in ("card", "name", "mail", "phone")
        )
        receipt.unknown_buyer = name
        receipt.placeholder, receipt.evidence = f"{what} = {value}", "placeholder"
        self.receipts.append(receipt)

    def _order(self, person: Person, channel: str) -> None:
        draws, calendar = self.draws, self.calendar
        account = self.members.accounts.get(person.person_id)
        joint = next(
            (a for p in person.household if (a := self.members.accounts.get(p.person_id)) and a.partner is person), None
        )
        account = account or joint
        handsets = [h for h in self.members.handsets[person.person_id] if h.login_at is not None]
        if (channel == "app" and not (handsets and account)) or not (account or person.email):
            return
        start = max(person.active_from, account.created_at if account else 0)
        if channel == "app":
            start = max(start, handsets[0].login_at or 0)
        day = calendar.day(draws, start, max(start, person.active_until))
        at = seconds(day) + draws.between(6 * HOUR, 23 * HOUR)
        if not start < at < calendar.end:
            return
        order = Order(person, at, channel, self._basket(), payment=draws.weighted(PAYMENTS))
        order.cart_id = f"{channel[0]}c_{draws.hexadecimal(10)}"
        order.reference = draws.hexadecimal(12)
        self._address_order(order, account if account and (channel == "app" or draws.chance(0.9)) else joint)
        if order.email:
            self._settle(order)
            self.orders.append(order)

    def _address_order(self, order: Order, account: Account | None) -> None:
        draws, person, at = self.draws, order.person, order.at
        order.email, order.name = person.email_at(at), full_name(draws, person, at)
        order.address = person.address_at(at)
        mobile = person.mobile_at(at) if draws.chance(0.4) else ""
        order.phone = casually(draws, mobile) if mobile else ""
        tokens = [f"phone:{mobile}", home_token(order.address)]
        if account:
            order.account_id, order.account_holder = account.account_id, account.person
            order.email = account.person.email_at(at) if account.person is not person else order.email
            tokens.append(f"account:{account.account_id}")
        order.tokens = (*tokens, f"email:{order.email}")

    def _settle(self, order: Order) -> None:
        draws, end = self.draws, self.calendar.end
        goods = sum(line.amount for line in order.lines)
        if draws.chance(0.08):
            order.discount_code, order.discount = f"OAR{draws.between(10, 49)}", goods // 10
        order.shipping = 0 if order.amount >= 5000 else 495
        order.note = draws.pick(NOTES) if draws.chance(0.12) else ""
        if draws.chance(0.015):
            order.cancelled_at = order.at + draws.between(HOUR, 20 * HOUR)
        else:
            order.fulfilled_at = order.at + draws.between(6 * HOUR, 60 * HOUR)
        if order.cancelled_at and order.cancelled_at >= end:
            order.cancelled_at = None

    def _send_back(self, order: Order) -> None:
        """Goods sent back by post: the shop refunds the merchandise, and the export tells only how much."""
        draws = self.draws
        if order.cancelled_at or not draws.chance(order.person.return_rate * 0.9):
            return
        back = order.at + draws.between(5 * DAY, 25 * DAY)
        if back < self.calendar.end:
            order.refunded_at = back
            line = draws.pick(order.lines)
            whole = len(order.lines) == 1 or bool(order.discount)
            order.refund = order.amount if whole else line.amount

    def _bring_back(self, sale: Receipt | Order, share: float) -> list[Receipt]:
        """Goods brought back to a store; the receipt names the sale it undoes."""
        draws, person = self.draws, sale.person
        rate = person.return_rate if person else 0.02
        if isinstance(sale, Order) and (sale.cancelled_at or sale.refunded_at or sale.discount):
            return []
        if not draws.chance(rate * share):
            return []
        store = sale.store if isinstance(sale, Receipt) else self._home_store(sale.person)
        day = local(sale.at, "UTC").date() + timedelta(days=draws.between(3, 26))
        at = seconds(day, draws.between(10, 18), draws.between(0, 59), store.time_zone)
        if at >= self.calendar.end:
            return []
        line = draws.pick(sale.lines)
        quantity = line.quantity if line.discount else 1
        back = Receipt(store, draws.between(1, 3), at, person, [Line(line.product, -quantity, -line.discount)])
        back.original, back.unknown_buyer = sale, sale.unknown_buyer if isinstance(sale, Receipt) else ""
        back.tender, back.operator = draws.pick(("CARD", "CASH")), draws.between(100, 140)
        if isinstance(sale, Receipt):
            back.card, back.evidence = sale.card if draws.chance(0.7) else "", sale.evidence
            back.placeholder = sale.placeholder if back.card else ""
            back.tokens = (*(sale.tokens if back.card else ()), f"receipt:{sale.key}")
        else:
            back.evidence, back.tokens = "strong", (f"order:{sale.key}",)
        return [back]

    def _reserve(self, person: Person) -> None:
        """Now and then app users have goods put aside; the store waits a week for them."""
        draws, calendar = self.draws, self.calendar
        for handset in self.members.handsets[person.person_id]:
            if handset.login_at is None or not draws.chance(0.55):
                continue
            last = calendar.end - HOUR
            begin = max(handset.login_at, calendar.end - 9 * DAY if draws.chance(0.25) else 0)
            created = draws.between(min(begin + HOUR, last), last)
            product, store = draws.pick(self.products), self._home_store(person)
            number = 810_001 + 3 * len(self.reservations)
            reservation = Reservation(number, person, product, store, created)
            ready = created + draws.between(3 * HOUR, 26 * HOUR)
            outcome = draws.weighted((("Collected", 0.68), ("Cancelled", 0.1), ("Expired", 0.22)))
            closed = ready + (7 * DAY if outcome == "Expired" else draws.between(2 * HOUR, 5 * DAY))
            if outcome == "Cancelled":
                closed = ready - HOUR
            reservation.ready_at = ready if ready < calendar.end and outcome != "Cancelled" else None
            if closed < calendar.end:
                reservation.closed_at, reservation.outcome = closed, outcome
                if outcome == "Collected":
                    self._visit(person, [Line(product, 1)], closed // 60 * 60)
            self.reservations.append(reservation)

    def _correct(self) -> None:
        """On later nights head office corrects a few old receipts: the first line had been too dear."""
        draws, calendar = self.draws, self.calendar
        for night in range(2, calendar.nights + 1):
            begin, until = calendar.window(night)
            sales = [r for r in self.receipts if r.original is None and begin - 40 * DAY < r.at < begin - DAY]
            for receipt in draws.shuffled(sales)[: 2 + len(sales) // 60]:
                if receipt.corrected_at is None:
                    receipt.corrected_at = draws.between(begin + HOUR, until - HOUR)
                    receipt.overcharge = 100 * draws.between(1, 5)
