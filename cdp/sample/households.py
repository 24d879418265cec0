"""Draw the people: households first, then who lives in them and what changes over the years."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

from cdp.sample.calendar import DAY, Calendar
from cdp.sample.draws import Draws
from cdp.sample.people import PERSONA_SHARES, Address, Person
from cdp.sample.phones import landline_numbers, mobile_numbers
from cdp.sample.spelling import plain
from cdp.sample.vocabulary import COUNTRY_SHARES, LANDS, NATIVE_NAMES, NICKNAMES

HOUSEHOLDS = (
    ("single", 0.34),
    ("couple", 0.25),
    ("family", 0.17),
    ("mates", 0.12),
    ("namesakes", 0.07),
    ("twins", 0.05),
)
_ROLES = {
    "single": ("adult",), "couple": ("adult", "partner"), "family": ("adult", "partner", "kid"),
    "mates": ("mate", "mate"), "namesakes": ("senior", "junior"), "twins": ("twin", "twin"),
}  # fmt: skip


class Settlement:
    """Draws households until the world has its people, and remembers the pairs that are easily confused."""

    def __init__(self, seed: int, calendar: Calendar) -> None:
        self.calendar = calendar
        self.draws = Draws(seed, "people")
        self.people: list[Person] = []
        self.confusable: list[tuple[str, str, str]] = []
        self.mobiles = mobile_numbers(self.draws)
        self.landlines = landline_numbers(self.draws)
        self._emails: set[str] = set()
        self._addresses = 0

    def settle(self, count: int) -> None:
        """Draw ``count`` people."""
        while len(self.people) < count:
            kind = self.draws.weighted(HOUSEHOLDS)
            self._household(kind, _ROLES[kind][: count - len(self.people)])
        for person in self.people:
            self._habits(person)
        self._recycle_phones()

    def _household(self, kind: str, roles: tuple[str, ...]) -> None:
        draws = self.draws
        country = draws.weighted(COUNTRY_SHARES)
        home, surname = self._address(country), draws.pick(LANDS[country].surnames)
        members: list[Person] = []
        for role in roles:
            member = self._person(kind, role, country, home, surname, members)
            member.household = members
            members.append(member)
        self._changes(members)
        for member in members:
            member.household_size = len(members)
            self._contacts(member)
        self._sharing(members)
        self.people += members

    def _person(self, kind: str, role: str, country: str, home: Address, surname: str, others: list[Person]) -> Person:
        draws, land, first = self.draws, LANDS[country], others[0] if others else None
        gender = draws.pick("FM")
        if role == "partner" and first and draws.chance(0.85):
            gender = "M" if first.gender == "F" else "F"
        if role == "junior" and first:
            gender = first.gender
        given = draws.pick(land.women if gender == "F" else land.men)
        born = self._birthday(kind, role, first)
        if role == "junior" and first:
            given = first.first_name
        elif role == "twin" and first:
            born = first.born
            while given == first.first_name:
                given = draws.pick(land.women if gender == "F" else land.men)
        last = draws.pick(land.surnames) if role == "mate" and first else surname
        person = Person(
            f"P{len(self.people) + len(others) + 1:06d}", f"H{home.address_id:06d}", kind, role, given, last,
            gender, born,
            country, home,
        )  # fmt: skip
        person.nickname = NICKNAMES.get(given, "")
        person.middle_initial = draws.pick("ABCDEFGHJKLMNPRSTW") if draws.chance(0.3) else ""
        person.native_name = NATIVE_NAMES.get((given, last), "")
        person.is_twin = kind == "twins"
        if kind == "namesakes" and first:
            first.suffix, person.suffix = "Sr.", "Jr."
        return person

    def _birthday(self, kind: str, role: str, first: Person | None) -> date:
        draws = self.draws
        low, high = {"senior": (52, 75), "twin": (17, 45)}.get(role, (42, 60) if kind == "family" else (20, 78))
        if first and role == "partner":
            return first.born + timedelta(days=draws.between(-2500, 2500))
        if first and role in ("kid", "junior"):
            return first.born + timedelta(days=draws.between(8300, 9500))
        return date(2026, 1, 1) - timedelta(days=draws.between(low * 365, high * 365))

    def _address(self, country: str) -> Address:
        draws, land = self.draws, LANDS[country]
        self._addresses += 1
        city, region, post = draws.pick(land.towns)
        number, street = draws.between(1, 240), draws.pick(land.streets)
        unit = ""
        if draws.chance(0.2):
            unit = {"GB": "Flat {}", "DE": "Whg. {}", "US": "Apt {}"}[country].format(draws.between(1, 30))
        if country == "GB":
            inward = "".join(draws.pick("ABDEFGHJLNPQRSTUWXYZ") for _ in range(2))
            code = f"{post}{draws.between(1, 9)} {draws.between(1, 9)}{inward}"
        else:
            code = post + "".join(draws.pick("0123456789") for _ in range(5 - len(post)))
        line = f"{street} {number}" if country == "DE" else f"{number} {street}"
        return Address(self._addresses, line, unit, city, region, code, country)

    def _changes(self, members: list[Person]) -> None:
        """Households move; one partner may have borne another surname before the wedding."""
        draws, calendar = self.draws, self.calendar
        if draws.chance(0.14):
            moved, former = self._date_of_change(), self._address(members[0].country)
            for member in members:
                member.address_before, member.moved_at = former, moved
        partner = next((m for m in members if m.role == "partner"), None)
        if partner and draws.chance(0.12):
            partner.last_name_before = draws.pick(LANDS[partner.country].surnames)
            partner.surname_changed_at = self._date_of_change()
        for pair in pairwise(members):
            kind = {"twins": "twins", "namesakes": "jr_sr"}.get(pair[0].household_type)
            if kind or (pair[0].role, pair[1].role) == ("adult", "partner"):
                self.confusable.append((kind or "couple", pair[0].person_id, pair[1].person_id))
        for member in members:
            member.active_from = calendar.begin
            member.active_until = calendar.end

    def _date_of_change(self) -> int:
        calendar = self.calendar
        return self.draws.between(calendar.begin + 60 * DAY, calendar.end - 20 * DAY)

    def _contacts(self, person: Person) -> None:
        draws = self.draws
        if draws.chance(0.95):
            person.email = self._email(person, person.last_name)
            if person.last_name_before or draws.chance(0.05):
                person.email_before = self._email(person, person.last_name_before or person.last_name)
                person.email_changed_at = person.surname_changed_at or self._date_of_change()
            if draws.chance(0.1):
                person.email_other = self._email(person, person.last_name)
        pool = self.mobiles[person.country]
        if pool and draws.chance(0.8):
            person.mobile = pool.pop()
        first = person.household[0]
        if first.landline and first is not person:
            person.landline = first.landline
        elif self.landlines[person.country] and draws.chance(0.25):
            person.landline = self.landlines[person.country].pop()

    def _email(self, person: Person, surname: str) -> str:
        draws = self.draws
        first, last = plain(person.first_name).lower(), plain(surname).lower()
        first, last = ("".join(c for c in word if c.isalnum()) for word in (first, last))
        year = person.born.year % 100
        while True:
            stem = draws.pick((f"{first}.{last}", f"{first}{last}", f"{first}_{last}", f"{first[0]}.{last}",
                f"{last}.{first}",
                               f"{first}{year:02d}", f"{first}.{last}{year:02d}"))  # fmt: skip
            if f"{stem}@" in self._emails or draws.chance(0.25):
                stem += str(draws.between(1, 999))
            if f"{stem}@" not in self._emails:
                self._emails.add(f"{stem}@")
                return f"{stem}@{draws.pick(LANDS[person.country].domains)}"

    def _sharing(self, members: list[Person]) -> None:
        """Some couples have one mailbox."""
        if len(members) > 1 and members[1].role == "partner" and members[0].email and self.draws.chance(0.16):
            first, second = members[:2]
            second.email, second.email_before, second.email_changed_at = first.email, "", None
            first.email_before, first.email_changed_at = "", None
            first.shared_email = second.shared_email = True
            self.confusable.append(("shared_email", first.person_id, second.person_id))

    def _habits(self, person: Person) -> None:
        draws, calendar = self.draws, self.calendar
        person.persona = draws.weighted(PERSONA_SHARES)
        person.zeal = draws.weighted(((0.6, 0.4), (1.0, 0.4), (1.8, 0.15), (3.2, 0.05)))
        person.return_rate = draws.weighted(((0.07, 0.88), (0.65, 0.12)))
        fate = draws.unit()
        if fate < 0.14:
            person.active_from = calendar.end - draws.between(5, 70) * DAY
        elif fate < 0.34:
            person.active_until = calendar.end - draws.between(190, 330) * DAY
            person.zeal += 0.8

    def _recycle_phones(self) -> None:
        """A number given up is dealt out again, months later, to somebody else in the same country."""
        draws, calendar = self.draws, self.calendar
        for old in self.people:
            pool = self.mobiles[old.country]
            if not old.mobile or not pool or not draws.chance(0.05):
                continue
            given_up = draws.between(calendar.begin + 90 * DAY, calendar.end - 150 * DAY)
            heirs = [
                p
                for p in (draws.pick(self.people) for _ in range(40))
                if p.country == old.country and not p.mobile_before
            ]
            heir = next((p for p in heirs if p not in old.household), None)
            number = old.mobile
            old.mobile, old.mobile_before, old.mobile_changed_at = pool.pop(), number, given_up
            if heir and heir.mobile_changed_at is None:
                heir.mobile_before, heir.mobile = heir.mobile, number
                heir.mobile_changed_at = given_up + draws.between(60, 120) * DAY
                old.recycled_phone = heir.recycled_phone = True
                self.confusable.append(("recycled_phone", old.person_id, heir.person_id))
