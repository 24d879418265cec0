"""Shop accounts, loyalty cards, browsers and telephones with the app: how people are known to the shop."""

from __future__ import annotations

from dataclasses import dataclass, field

from cdp.sample.calendar import DAY, HOUR, Calendar, seconds
from cdp.sample.catalogue import STORES, Store
from cdp.sample.draws import Draws
from cdp.sample.people import PERSONAS, Address, Person
from cdp.sample.phones import casually
from cdp.sample.spelling import first_name, last_name


@dataclass(slots=True)
class Version:
    """What an account or a card says from some instant on."""

    since: int
    first_name: str
    last_name: str
    email: str
    mobile: str
    mobile_written: str
    landline: str
    address: Address
    email_usable: bool = True


@dataclass(slots=True)
class Account:
    """A web shop account."""

    account_id: str
    person: Person
    created_at: int
    versions: list[Version] = field(default_factory=list)
    partner: Person | None = None
    has_address: bool = True


@dataclass(slots=True)
class Card:
    """A loyalty card."""

    number: str
    person: Person
    enrolled_at: int
    store: Store
    versions: list[Version] = field(default_factory=list)
    birth_date: str = "known"
    """known, missing, impossible or future"""


@dataclass(slots=True)
class Browser:
    """A web browser with its cookie; ``identity`` is how it makes itself known: account, guest or never."""

    cookie: str
    person: Person
    agent: int
    identity: str
    guest: Person | None = None


@dataclass(slots=True)
class Handset:
    """A telephone with the app."""

    device_id: str
    person: Person
    model: int
    number: int
    installed_at: int
    login_at: int | None
    slow_clock: int = 0
    push: list[tuple[int, bool]] = field(default_factory=list)


def taste(person: Person, place: int) -> float:
    """Return the mean of one habit of the person (see ``PERSONAS``)."""
    return PERSONAS[person.persona][place] * person.zeal


class Memberships:
    """Draws all memberships of the world."""

    def __init__(self, seed: int, calendar: Calendar, people: list[Person]) -> None:
        self.calendar, self.people = calendar, people
        self.draws = Draws(seed, "memberships")
        self.accounts: dict[str, Account] = {}
        self.cards: dict[str, list[Card]] = {}
        self.browsers: dict[str, list[Browser]] = {}
        self.handsets: dict[str, list[Handset]] = {}

    def join(self) -> None:
        """Draw who joins what, and when the data there are brought up to date."""
        for person in self.people:
            online = taste(person, 1) + taste(person, 2)
            if person.email and self.draws.chance(0.82 if online > 0.5 else 0.25):
                self._open_account(person)
            if self.draws.chance({"store": 0.62, "omni": 0.7, "app": 0.3}.get(person.persona, 0.12)):
                self._enrol(person)
                if self.draws.chance(0.04):
                    self._enrol(person)
            self._get_devices(person)
        self._joint_accounts()
        self._late_updates()
        self._misdate()

    def _instant(self, person: Person, years_before: int) -> int:
        first = self.calendar.begin - years_before * 365 * DAY
        if person.active_from > self.calendar.begin:
            first = person.active_from
        last = min(person.active_until, first + (years_before * 365 + 90) * DAY)
        return self.draws.between(first, max(first, last) - DAY) // 60 * 60

    def _version(self, person: Person, instant: int, bare: float) -> Version:
        draws = self.draws
        email, usable = person.email_at(instant), True
        if email and bare and draws.chance(0.04):
            email, usable = email.replace("@", ""), False
        elif bare and draws.chance(bare):
            email = ""
        elif email and person.email_other and draws.chance(0.3):
            email = person.email_other
        mobile = person.mobile_at(instant) if draws.chance(0.6) else ""
        landline = person.landline if bare and draws.chance(0.5) else ""
        return Version(
            instant, first_name(draws, person), last_name(draws, person, instant), email, mobile,
            casually(draws, mobile) if mobile else "", casually(draws, landline) if landline else "",
            person.address_at(instant), usable and bool(email),
        )  # fmt: skip

    def _history(self, person: Person, start: int, bare: float) -> list[Version]:
        """The first version, and one more for each change in life that the person bothers to report."""
        versions = [self._version(person, start, bare)]
        changes = (person.moved_at, person.email_changed_at, person.mobile_changed_at, person.surname_changed_at)
        for changed in sorted(c for c in changes if c is not None and c > start):
            told = changed + self.draws.between(1, 20) * DAY
            if told < self.calendar.end and self.draws.chance(0.6):
                versions.append(self._version(person, told, bare))
        return versions

    def _open_account(self, person: Person) -> None:
        at = self._instant(person, 1)
        account = Account(f"71{len(self.accounts) * 7901 + 40_000_000_000:011d}", person, at)
        account.versions = self._history(person, at, 0.0)
        account.has_address = self.draws.chance(0.85)
        self.accounts[person.person_id] = account

    def _enrol(self, person: Person) -> None:
        at, cards = self._instant(person, 3), self.cards.setdefault(person.person_id, [])
        number = f"7410{sum(map(len, self.cards.values())) * 104_729 % 10**6:06d}{self.draws.between(0, 999_999):06d}"
        near = [s for s in STORES if s.country == person.country]
        card = Card(number, person, at, self.draws.pick(near))
        card.versions = self._history(person, at, 0.22)
        card.birth_date = "known" if self.draws.chance(0.86) else "missing"
        cards.append(card)

    def _get_devices(self, person: Person) -> None:
        draws, account = self.draws, self.accounts.get(person.person_id)
        browsers = [
            Browser(
                draws.uuid(), person, draws.between(0, 5),
                "never" if draws.chance(0.3) else "account" if account else "guest",
            )
            for _ in range(1 + draws.count(0.4))
        ]  # fmt: skip
        self.browsers[person.person_id] = browsers
        if len(person.household) > 1 and person.role in ("adult", "mate") and draws.chance(0.05):
            browsers[0].guest = person.household[1]
        app = taste(person, 2) + taste(person, 4)
        wanted = (1 + draws.chance(0.12)) if app > 1 or (app > 0 and draws.chance(0.35)) else 0
        self.handsets[person.person_id] = [self._handset(person, account) for _ in range(wanted)]

    def _handset(self, person: Person, account: Account | None) -> Handset:
        draws, calendar = self.draws, self.calendar
        at = max(person.active_from, calendar.begin) + draws.between(0, 40) * DAY + draws.between(7, 21) * HOUR
        at = min(at, calendar.end - 2 * DAY + draws.between(0, 20) * HOUR)
        apple = draws.chance(0.45)
        device_id = draws.uuid().upper() if apple else f"{draws.uuid()}R"
        login = at + draws.between(60, 3600) if account and draws.chance(0.9) else None
        number = sum(map(len, self.handsets.values())) * 13 + 500_000_001
        handset = Handset(device_id, person, draws.between(0, 2) + (0 if apple else 3), number, at, login)
        if draws.chance(0.03):
            handset.slow_clock = draws.pick((-365 * DAY, -30 * DAY, 90 * DAY))
        if login is not None and draws.chance(0.65):
            handset.push.append((login + 30, True))
            if draws.chance(0.12):
                handset.push.append((draws.between(login + DAY, max(login + DAY, calendar.end - DAY)), False))
        handset.push = [(when, on) for when, on in handset.push if when < calendar.end]
        return handset

    def _joint_accounts(self) -> None:
        """Some partners have no account and order on the other's."""
        for person_id, account in self.accounts.items():
            partner = next((p for p in account.person.household if p.role == "partner"), None)
            if partner and partner.person_id != person_id and partner.person_id not in self.accounts:
                account.partner = partner if self.draws.chance(0.8) else None

    def _late_updates(self) -> None:
        """On every later night a few members correct their data."""
        draws, calendar = self.draws, self.calendar
        for night in range(2, calendar.nights + 1):
            begin, until = calendar.window(night)
            few = 1 + len(self.people) // 120
            cards = [c for cards in self.cards.values() for c in cards if c.enrolled_at < begin]
            for card in draws.shuffled(cards)[:few]:
                at = draws.between(begin + 8 * HOUR, until - 4 * HOUR) // 60 * 60
                card.versions.append(self._version(card.person, at, 0.05))
            accounts = [a for a in self.accounts.values() if a.created_at < begin]
            for account in draws.shuffled(accounts)[:few]:
                at = draws.between(begin + 8 * HOUR, until - 4 * HOUR)
                account.versions.append(self._version(account.person, at, 0.0))

    def _misdate(self) -> None:
        """A few cards bear a birth date that cannot be."""
        cards = [c for cards in self.cards.values() for c in cards if c.enrolled_at < seconds(self.calendar.stamp(1))]
        for place, card in enumerate(self.draws.shuffled(cards)[: 2 + len(cards) // 250]):
            card.birth_date = ("impossible", "future")[place % 2]
