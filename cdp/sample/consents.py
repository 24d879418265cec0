"""Draw what people allow: statements per channel, in the order in which they were made."""

from __future__ import annotations

from dataclasses import dataclass

from cdp.sample.calendar import DAY, HOUR, Calendar
from cdp.sample.draws import Draws
from cdp.sample.memberships import Account, Card, Memberships
from cdp.sample.people import Person


@dataclass(slots=True)
class Statement:
    """One opt-in or opt-out, made under one identifier."""

    person: Person
    at: int
    channel: str
    granted: bool
    source: str
    identifier_type: str
    identifier: str
    number: int = 0

    @property
    def token(self) -> str:
        """The evidence in the statement."""
        kind = {"shop_customer_id": "account", "loyalty_card": "card"}.get(self.identifier_type, self.identifier_type)
        return f"{kind}:{self.identifier}"


class Consents:
    """All statements of the world, and the flags that other systems copied from them."""

    def __init__(self, seed: int, calendar: Calendar, members: Memberships) -> None:
        self.calendar, self.members = calendar, members
        self.draws = Draws(seed, "consents")
        self.statements: list[Statement] = []
        self._by_person: dict[str, list[Statement]] = {}

    def state(self) -> None:
        """Draw the statements made when joining, and later changes of mind."""
        for person in self.members.people:
            account = self.members.accounts.get(person.person_id)
            cards = self.members.cards.get(person.person_id, [])
            if account:
                source = self.draws.pick(("shop_checkout", "shop_checkout", "web_form"))
                self._join(person, account.created_at, source, account, None)
            if cards:
                self._join(person, cards[0].enrolled_at, "store_form", None, cards[0])
            if (account or cards) and self.draws.chance(0.3):
                self._change_mind(person, account, cards)
        self.statements.sort(key=lambda s: (s.at, s.person.person_id, s.channel))
        for place, statement in enumerate(self.statements):
            statement.number = 3_000_001 + place

    def flag(self, person: Person, channel: str, at: int) -> bool:
        """Return what a system that copied the consent then would show."""
        own, until = self._by_person.get(person.person_id, []), max(at, self.calendar.begin) + HOUR
        before = [s for s in own if s.channel == channel and s.at <= until]
        return max(before, key=lambda s: s.at).granted if before else False

    def _join(self, person: Person, at: int, source: str, account: Account | None, card: Card | None) -> None:
        """Earlier statements were loaded when the log began; their time is the log's first minutes."""
        draws = self.draws
        moment = max(at, self.calendar.begin) + draws.between(0, 3000)
        for channel, asked, willing in (("email", 0.8, 0.62), ("sms", 0.45, 0.45)):
            if draws.chance(asked):
                granted = draws.chance(willing)
                self._add(person, moment, channel, granted, source, account, card)

    def _change_mind(self, person: Person, account: Account | None, cards: list[Card]) -> None:
        draws, calendar = self.draws, self.calendar
        own = [s.at for s in self._by_person.get(person.person_id, [])]
        first = (max(own) if own else calendar.begin) + DAY
        at = draws.between(first, max(first, calendar.end - HOUR))
        source = draws.weighted((("preference_centre", 0.6), ("call_centre", 0.3), ("web_form", 0.1)))
        channel = "email" if draws.chance(0.7) else "sms"
        if at < calendar.end:
            self._add(person, at, channel, draws.chance(0.25), source, account, cards[-1] if cards else None)

    def _add(
        self,
        person: Person,
        at: int,
        channel: str,
        granted: bool,
        source: str,
        account: Account | None,
        card: Card | None,
    ) -> None:
        draws = self.draws
        mail, mobile = person.email_at(at), person.mobile_at(at)
        named = [("email", mail)] if channel == "email" else [("phone", mobile)]
        if account:
            named.append(("shop_customer_id", account.account_id))
        if card and card.enrolled_at <= at:
            named.append(("loyalty_card", card.number))
        named = [(kind, value) for kind, value in named if value]
        if named and at < self.calendar.end:
            kind, value = named[0] if draws.chance(0.7) else draws.pick(named)
            statement = Statement(person, at, channel, granted, source, kind, value)
            self.statements.append(statement)
            self._by_person.setdefault(person.person_id, []).append(statement)
