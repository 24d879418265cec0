"""Draw what people say to the shop: tickets, calls, surveys, social media, and what they consent to."""

from __future__ import annotations

from dataclasses import dataclass

from cdp.sample.calendar import DAY, HOUR, Calendar
from cdp.sample.draws import Draws
from cdp.sample.market import Market
from cdp.sample.memberships import Memberships
from cdp.sample.people import Person
from cdp.sample.trade import Order, Receipt

TOPICS = (
    ("Parcel has not arrived", "wismo"), ("Article arrived broken", "damaged"), ("Question before I buy", "presale"),
    ("Waiting for my money back", "refund"), ("Please change my address", "address"),
    ("Wrong article in the box", "wrong_item"),
    ("My points are gone", "loyalty"), ("I need an invoice", "invoice"), ("The app does not let me in", "app"),
)  # fmt: skip
POSTS = (("Queued for ages today, not amused", "negative"), ("Where is my refund?!", "negative"),
         ("Do you deliver to islands?", "neutral"), ("When do the lanterns come back?", "neutral"),
         ("Such a kind team in the shop 💚", "positive"), ("Best bread bin I ever had", "positive"))  # fmt: skip


@dataclass(slots=True)
class Ticket:
    """A support ticket and what becomes of it."""

    number: int
    person: Person
    opened_at: int
    subject: str
    tag: str
    channel: str
    order: Order | None
    solved_at: int | None
    rating: int = 0
    rated_at: int | None = None


@dataclass(slots=True)
class Call:
    """A call to the call centre; ``caller`` is empty when the number is withheld."""

    number: int
    person: Person
    at: int
    caller: str
    tag: str
    kind: str
    names_himself: bool
    seconds: int


@dataclass(slots=True)
class Survey:
    """An answered NPS survey. A later night may bring a corrected score."""

    number: int
    person: Person
    purchase: Receipt | Order
    score: int
    asked_at: int
    answered_at: int
    corrected_at: int | None = None
    first_score: int = 0


@dataclass(slots=True)
class Lead:
    """An answered lead advertisement."""

    number: int
    person: Person
    at: int
    platform: str


@dataclass(slots=True)
class Post:
    """A message to the shop on a social network; ``reveals`` is none, email, phone or order."""

    number: int
    person: Person
    at: int
    network: str
    handle: str
    text: str
    sentiment: str
    reveals: str
    order: Order | None = None
    in_columns: bool = False


class Service:
    """All conversations of the world."""

    def __init__(self, seed: int, calendar: Calendar, market: Market) -> None:
        self.calendar, self.market = calendar, market
        self.members: Memberships = market.members
        self.draws = Draws(seed, "service")
        self.tickets: list[Ticket] = []
        self.calls: list[Call] = []
        self.surveys: list[Survey] = []
        self.leads: list[Lead] = []
        self.posts: list[Post] = []
        self._orders: dict[str, list[Order]] = {}

    def talk(self) -> None:
        """Draw every kind of conversation."""
        for order in self.market.orders:
            self._orders.setdefault(order.person.person_id, []).append(order)
        for person in self.members.people:
            self._write(person)
            self._call(person)
            self._meet_on_social_media(person)
        self._survey()
        self._revise()
        self._advertise()
        for talks in (self.tickets, self.calls, self.leads, self.posts):
            talks.sort(key=lambda talk: getattr(talk, "at", 0) or getattr(talk, "opened_at", 0))

    def _instant(self, person: Person) -> int:
        """Draw a waking hour of the person's active time."""
        day = self.calendar.day(self.draws, person.active_from, min(person.active_until, self.calendar.end - DAY))
        from_midnight = self.draws.between(8 * HOUR, 21 * HOUR)
        return (day - self.calendar.days[0]).days * DAY + self.calendar.begin + from_midnight

    def _write(self, person: Person) -> None:
        draws, end = self.draws, self.calendar.end
        orders = [o for o in self._orders.get(person.person_id, []) if o.at < end - 3 * DAY]
        for _ in range(draws.count(0.45)):
            about = draws.pick(orders) if orders and draws.chance(0.7) else None
            recent = [o for o in orders if o.at > end - 30 * DAY]
            about = draws.pick(recent) if recent and draws.chance(0.5) else about
            at = about.at + draws.between(HOUR, 3 * DAY) if about else self._instant(person)
            if not person.email_at(at) or at >= end:
                continue
            (subject, tag), long = draws.pick(TOPICS), draws.chance(0.22)
            solved: int | None = at + (draws.between(10, 60) * DAY if long else draws.between(2 * HOUR, 5 * DAY))
            solved = None if solved and solved >= end else solved
            channel = draws.weighted((("email", 0.5), ("web", 0.3), ("chat", 0.14), ("api", 0.06)))
            ticket = Ticket(
                60_000 + 3 * len(self.tickets), person, at, subject, tag, channel,
                about if draws.chance(0.6) else None, solved,
            )  # fmt: skip
            if solved and draws.chance(0.5):
                ticket.rating = draws.weighted(((1, 0.2), (2, 0.17), (3, 0.13), (4, 0.2), (5, 0.3)))
                ticket.rated_at = solved - draws.between(60, HOUR)
            self.tickets.append(ticket)

    def _call(self, person: Person) -> None:
        draws = self.draws
        for _ in range(draws.count(0.12)):
            at = self._instant(person)
            number = person.mobile_at(at) if draws.chance(0.75) else person.landline
            caller = "" if draws.chance(0.12) else number or person.landline
            kind = draws.weighted((("Answered", 0.8), ("Abandoned", 0.1), ("Voicemail", 0.1)))
            named = draws.chance(0.3) or not number
            duration = draws.between(25, 600)
            self.calls.append(
                Call(5_100_001 + 7 * len(self.calls), person, at, caller, draws.pick(TOPICS)[1], kind, named, duration)
            )

    def _meet_on_social_media(self, person: Person) -> None:
        draws = self.draws
        if person.email and draws.chance(0.07):
            at, platform = self._instant(person), draws.pick(("fb", "ig"))
            self.leads.append(Lead(300_000_000_000_001 + 31 * len(self.leads), person, at, platform))
        if not draws.chance(0.1):
            return
        word = "".join(c for c in person.first_name.lower() if c.isascii() and c.isalpha())
        hobby = draws.pick(("bakes", "hikes", "paddles", "reads", "rows"))
        handle = f"@{word}{draws.pick('_.')}{hobby}{len(self.posts) + draws.between(2, 9)}"
        network = draws.weighted((("instagram", 0.5), ("facebook", 0.35), ("x", 0.15)))
        for _ in range(1 + draws.count(0.6)):
            at, (text, sentiment) = self._instant(person), draws.pick(POSTS)
            reveals = draws.weighted((("", 0.6), ("email", 0.2), ("phone", 0.1), ("order", 0.1)))
            known = {"email": person.email_at(at), "phone": person.mobile_at(at)}
            orders = [o for o in self._orders.get(person.person_id, []) if o.at < at]
            if (reveals == "order" and not orders) or (reveals in known and not known[reveals]):
                reveals = ""
            post = Post(
                17_900_000_000_001 + 77 * len(self.posts), person, at, network, handle, text, sentiment, reveals
            )
            post.order = orders[-1] if reveals == "order" else None
            post.in_columns = draws.chance(0.5)
            self.posts.append(post)

    def _advertise(self) -> None:
        """Every later night brings at least one lead."""
        reachable = [p for p in self.members.people if p.email and not p.email_before]
        for night in range(2, self.calendar.nights + 1):
            if reachable:
                at = self.calendar.window(night)[0] + self.draws.between(9 * HOUR, 20 * HOUR)
                number = 300_000_000_000_001 + 31 * len(self.leads)
                self.leads.append(Lead(number, self.draws.pick(reachable), at, "ig"))

    def _survey(self) -> None:
        draws = self.draws
        purchases: list[Receipt | Order] = [*self.market.receipts, *self.market.orders]
        for purchase in purchases:
            person = purchase.person
            if person is None or (isinstance(purchase, Receipt) and (purchase.original or "@" not in purchase.email)):
                continue
            if isinstance(purchase, Receipt) and purchase.evidence != "strong":
                continue
            asked = purchase.at + 2 * DAY
            answered = asked + draws.between(HOUR, 30 * HOUR)
            if answered < self.calendar.end and person.email_at(asked) and draws.chance(0.14):
                low, high = draws.weighted((((0, 6), 0.22), ((7, 8), 0.26), ((9, 10), 0.52)))
                score = draws.between(low, high)
                self.surveys.append(Survey(0, person, purchase, score, asked, answered, None, score))
        self.surveys.sort(key=lambda s: s.answered_at)
        for place, survey in enumerate(self.surveys):
            survey.number = 62_000_001 + 41 * place

    def _revise(self) -> None:
        """On later nights some people change their score."""
        for night in range(2, self.calendar.nights + 1):
            begin, until = self.calendar.window(night)
            old = [s for s in self.surveys if s.answered_at < begin and s.corrected_at is None]
            for survey in self.draws.shuffled(old)[:2]:
                survey.corrected_at = self.draws.between(begin + HOUR, until - HOUR)
                survey.first_score, survey.score = survey.score, self.draws.between(0, 10)
