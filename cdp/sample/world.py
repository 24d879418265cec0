"""The whole fictional world of one seed, drawn part by part."""

from __future__ import annotations

from cdp.sample.app import App
from cdp.sample.browsing import Browsing
from cdp.sample.calendar import DAY, Calendar
from cdp.sample.catalogue import make_products
from cdp.sample.consents import Consents
from cdp.sample.draws import Draws
from cdp.sample.households import Settlement
from cdp.sample.market import Market
from cdp.sample.marketing import Marketing
from cdp.sample.memberships import Memberships
from cdp.sample.people import Person
from cdp.sample.points import Points
from cdp.sample.pricing import Pricing
from cdp.sample.records import Registry
from cdp.sample.service import Service

LATE_DAYS = 3
"""Only what happened so shortly before a night's cut can be delivered a night late."""


class World:
    """People, what they own and do, and the registry of what was delivered about them."""

    def __init__(self, people: int, seed: int, nights: int) -> None:
        self.seed = seed
        self.calendar = Calendar(nights)
        self.registry = Registry()
        self.settlement = Settlement(seed, self.calendar)
        self.settlement.settle(people)
        self.people = self.settlement.people
        self.products = make_products(Draws(seed, "products"))
        self.members = Memberships(seed, self.calendar, self.people)
        self.members.join()
        self.market = Market(seed, self.calendar, self.members, self.products)
        self.market.trade()
        self.consents = Consents(seed, self.calendar, self.members)
        self.consents.state()
        self.browsing = Browsing(seed, self.calendar, self.market, self.products)
        self.browsing.browse()
        self.app = App(seed, self.calendar, self.market, self.products)
        self.app.use()
        self.service = Service(seed, self.calendar, self.market)
        self.service.talk()
        self.erased = self._forget() if nights > 1 else []
        self.points = Points(seed, self.calendar, self.market)
        self.points.book()
        self.marketing = Marketing(seed, self.calendar, self.members, self.consents)
        self.marketing.send()
        self.pricing = Pricing(seed, self.calendar, self.products)
        self.pricing.label()

    def delivered(self, instant: int, late: bool = False) -> int:
        """Return the night that delivers what happened then; late rows come one night later, if there is one."""
        calendar = self.calendar
        night = calendar.night_of(instant)
        if late and night < calendar.nights and instant >= calendar.cuts[night - 1] - LATE_DAYS * DAY:
            return night + 1
        return night

    def _forget(self) -> list[Person]:
        """Choose who asks to be forgotten on the second night."""
        known = [p for p in self.people if p.person_id in self.members.accounts and not p.shared_email]
        chosen = Draws(self.seed, "erasure").shuffled(known)[: 2 + len(self.people) // 150]
        for person in chosen:
            person.erased = True
        return sorted(chosen, key=lambda p: p.person_id)
