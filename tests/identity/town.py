"""An invented town: people who shop under several guises, and who is who."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd

FIRST = [
    "William",
    "Katherine",
    "Margaret",
    "Thomas",
    "Elizabeth",
    "Robert",
    "Susan",
    "Patricia",
    "Michael",
    "Daniel",
    "Charlotte",
    "Benjamin",
    "Rebecca",
    "Samuel",
    "Victoria",
    "Andrew",
    "Harriet",
    "Nicholas",
    "Abigail",
    "Edward",
    "Philippa",
    "Christopher",
    "Josephine",
    "Anthony",
    "Rosalind",
    "Gerald",
    "Beatrice",
    "Frederick",
    "Theresa",
    "Leonard",
    "Gwendolyn",
    "Stanley",
    "Imogen",
    "Desmond",
    "Felicity",
    "Rupert",
    "Sophia",
    "Malcolm",
    "Verity",
    "Jeremy",
]
LAST = [
    a + b
    for a in ["Ash", "Thorn", "Black", "Whit", "Oak", "Brad", "Hart", "Stan", "Win", "Lang"]
    for b in ["ford", "well", "more", "ley", "ton", "by"]
]
STREETS = [
    "Mill Lane",
    "Church Road",
    "Station Street",
    "High Street",
    "Victoria Avenue",
    "Orchard Close",
    "Bridge Row",
]
SHORT = {
    "William": "Bill",
    "Katherine": "Kate",
    "Robert": "Bob",
    "Thomas": "Tom",
    "Elizabeth": "Liz",
    "Michael": "Mike",
}

RECORD_COLUMNS = [
    "record_id",
    "feed",
    "source_id",
    "record_kind",
    "first_observed_at",
    "last_observed_at",
    "title",
    "first_name",
    "middle_name",
    "last_name",
    "suffix",
    "full_name",
    "birth_date",
    "gender",
    "company",
    "street",
    "city",
    "region",
    "postcode",
    "country",
]
IDENTIFIER_COLUMNS = [
    "record_id",
    "feed",
    "identifier_type",
    "identifier_value",
    "country",
    "first_seen_at",
    "last_seen_at",
    "count_seen",
]
START = datetime(2026, 1, 1)


@dataclass
class Town:
    """Records, their identifiers, and the person behind each record."""

    records: list[dict] = field(default_factory=list)
    identifiers: list[tuple] = field(default_factory=list)
    truth: dict[str, str] = field(default_factory=dict)

    def add(self, person: str, feed: str, kind: str, ids: dict[str, str] | None = None, day: int = 0, **content) -> str:
        source_id = str(len(self.records) + 1)
        record_id = f"{feed}:{source_id}"
        seen = START + timedelta(days=day)
        row = dict.fromkeys(RECORD_COLUMNS)
        row |= {"record_id": record_id, "feed": feed, "source_id": source_id, "record_kind": kind, "country": "GB"}
        row |= {"first_observed_at": seen, "last_observed_at": seen, **content}
        self.records.append(row)
        for name, value in (ids or {}).items():
            self.identifiers.append((record_id, feed, name.split("__")[0], value, "GB", seen, seen, 1))
        self.truth[record_id] = person
        return record_id

    def frames(self, seed: int | None = None) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Both input tables; shuffled when a seed is given."""
        records = pd.DataFrame(self.records, columns=RECORD_COLUMNS)
        identifiers = pd.DataFrame(self.identifiers, columns=IDENTIFIER_COLUMNS)
        texts = [c for c in RECORD_COLUMNS if c not in ("first_observed_at", "last_observed_at", "birth_date")]
        records = records.astype({**dict.fromkeys(texts, "string"), "first_observed_at": "datetime64[us]"})
        records["last_observed_at"] = records["last_observed_at"].astype("datetime64[us]")
        records["birth_date"] = pd.to_datetime(records["birth_date"]).astype("datetime64[s]")
        identifiers = identifiers.astype(
            {**dict.fromkeys(IDENTIFIER_COLUMNS[:5], "string"), "count_seen": "int64"}
            | dict.fromkeys(IDENTIFIER_COLUMNS[5:7], "datetime64[us]")
        )
        if seed is not None:
            records, identifiers = (
                records.sample(frac=1, random_state=seed),
                identifiers.sample(frac=1, random_state=seed),
            )
        return records, identifiers


def slip(rng: np.random.Generator, text: str) -> str:
    """One letter doubled or left out."""
    at = int(rng.integers(1, len(text) - 1))
    return text[:at] + text[at + 1 :] if rng.random() < 0.5 else text[:at] + text[at] + text[at:]


def build_town(people: int = 400, seed: int = 1) -> Town:
    """People with an account, a card, orders and receipts; a third of cards carry no contact that the account has."""
    rng = np.random.default_rng(seed)
    town = Town()
    for number in range(people):
        person = f"P{number}"
        first, last = str(rng.choice(FIRST)), str(rng.choice(LAST))
        email = f"{first}.{last}{number}@example.com".lower()
        phone = f"07700 9{number:05d}"[:12]
        place = {
            "street": f"{int(rng.integers(1, 90))} {rng.choice(STREETS)}",
            "city": "Leeds",
            "postcode": f"LS{int(rng.integers(1, 29))} {int(rng.integers(1, 9))}A{'LNPQ'[number % 4]}",
        }
        born = date(1950, 1, 1) + timedelta(days=int(rng.integers(0, 18000)))
        card, account = f"98{number:08d}", f"60{number:07d}"
        town.add(
            person, "shop_customers", "account", {"shop_customer_id": account, "email": email, "phone": phone},
            first_name=first, last_name=last, **place,
        )  # fmt: skip
        known = rng.random() < 0.66
        town.add(
            person, "loyalty_members", "card", {"loyalty_card": card, **({"email": email.upper()} if known else {})},
            first_name=SHORT.get(first, first) if rng.random() < 0.3 else first,
            last_name=slip(rng, last) if rng.random() < 0.1 else last, birth_date=born, **place,
        )  # fmt: skip
        for _ in range(int(rng.integers(0, 4))):
            order = f"#{len(town.records):06d}"
            name = (
                f"{last}, {first}"
                if rng.random() < 0.2
                else f"{first[0]}. {last}"
                if rng.random() < 0.2
                else f"{first} {last}"
            )
            town.add(person, "shop_orders", "order", {"order_id": order, "email": email}, full_name=name, **place)
            town.add(person, "web_events", "device", {"anonymous_id": f"a{order}", "order_id": order})
        for _ in range(int(rng.integers(0, 4))):
            receipt = f"S1-1-{len(town.records)}"
            town.add(person, "pos_receipts", "receipt", {"order_id": receipt, "loyalty_card": f"0{card}"})
        if rng.random() < 0.5:
            town.add(person, "consent", "consent", {"phone": phone.replace("0", "+44 ", 1)})
    return town


def add_lookalikes(town: Town, seed: int, count: int = 8) -> dict[str, list[tuple[str, str, bool]]]:
    """People who are easily confused, ``count`` of each kind: by kind, pairs of records and whether they are one."""
    rng = np.random.default_rng(seed)
    asked: dict[str, list[tuple[str, str, bool]]] = {}
    kinds = (_joint_account, _shared_mailbox, _mailbox_of_another, _father_and_son, _said_junior, _bare_card, _slips,
             _wedding, _second_login)  # fmt: skip
    for place, kind in enumerate(kinds):
        for number in range(count):
            pair = _Pair(town, rng, f"{seed}{place}{number:02d}")
            asked.setdefault(kind.__name__.lstrip("_"), []).extend(kind(pair))
    return asked


class _Pair:
    """A couple at one address, of whom records are made."""

    def __init__(self, town: Town, rng: np.random.Generator, key: str) -> None:
        self.town, self.key = town, key
        self.one, self.two = (str(name) for name in rng.choice(FIRST, 2, replace=False))
        while self.one[0] == self.two[0]:
            self.two = str(rng.choice(FIRST))
        self.last, self.maiden = (str(name) for name in rng.choice(LAST, 2, replace=False))
        self.place = {"street": f"{int(rng.integers(1, 90))} Lookalike Row", "city": "York", "postcode": f"YO{key} 1AA"}
        self.mail = f"{self.one}.{self.last}{key}@example.com".lower()

    def add(self, first: str, feed: str, kind: str, ids: dict[str, str], day: int = 0, **content) -> str:
        name = {"first_name": first, "last_name": self.last} if first else {}
        return self.town.add(f"{self.key}{first}", feed, kind, ids, day, **{**name, **content})


def _joint_account(pair: _Pair):
    login = {"shop_customer_id": f"61{pair.key}", "email": pair.mail}
    account = pair.add(pair.one, "shop_customers", "account", login, **pair.place)
    order = pair.add(pair.two, "shop_orders", "order", {"order_id": f"#J{pair.key}", "email": pair.mail}, **pair.place)
    ids = {"anonymous_id": f"j{pair.key}", "order_id": f"#J{pair.key}", **login}
    device = pair.add(pair.one, "web_events", "device", ids)
    return [(account, order, False), (order, device, True), (account, device, False)]


def _shared_mailbox(pair: _Pair):
    mail = {"email": f"family{pair.key}@example.com"}
    one = pair.add(pair.one, "shop_orders", "order", {**mail, "order_id": f"#A{pair.key}"}, 10, **pair.place)
    two = pair.add(pair.two, "shop_orders", "order", {**mail, "order_id": f"#B{pair.key}"}, 90, **pair.place)
    survey, consent = pair.add("", "nps_survey", "survey", mail, 92), pair.add("", "consent", "consent", mail, 50)
    return [(one, two, False), (two, survey, True), (one, consent, False), (two, consent, False)]


def _mailbox_of_another(pair: _Pair):
    card = {"loyalty_card": f"97{pair.key}", "email": pair.mail}
    known = pair.add(pair.two, "loyalty_members", "card", card, **pair.place)
    return [(known, pair.add("", "consent", "consent", {"email": pair.mail}, 60), False)]


def _father_and_son(pair: _Pair):
    born = {"birth_date": date(1955, 2, int(pair.key[-2:]) + 1)}
    home = {"phone__2": f"0117 496 {pair.key[-4:]}"}
    ids = {"loyalty_card": f"96{pair.key}", "email": pair.mail, "phone": f"07700 1{pair.key[-4:]}0", **home}
    other = {"shop_customer_id": f"62{pair.key}", "email": f"the.{pair.mail}", "phone": f"07700 2{pair.key[-4:]}0"}
    father = pair.add(pair.one, "loyalty_members", "card", ids, **pair.place, **born)
    return [(father, pair.add(pair.one, "shop_customers", "account", {**other, **home}, **pair.place), False)]


def _said_junior(pair: _Pair):
    junior = pair.add(
        pair.one, "loyalty_members", "card", {"loyalty_card": f"95{pair.key}"}, suffix="Jr.", **pair.place
    )
    account = {"shop_customer_id": f"63{pair.key}", "email": pair.mail}
    return [(junior, pair.add(pair.one, "shop_customers", "account", account, **pair.place), False)]


def _bare_card(pair: _Pair):
    card = pair.add(pair.one, "loyalty_members", "card", {"loyalty_card": f"94{pair.key}"}, **pair.place)
    account = {"shop_customer_id": f"64{pair.key}", "email": pair.mail}
    return [(card, pair.add(pair.one, "shop_customers", "account", account, **pair.place), True)]


def _slips(pair: _Pair):
    swapped = pair.one[0] + pair.one[2] + pair.one[1] + pair.one[3:]
    mail = {"email": pair.mail}
    account = pair.add(pair.one, "shop_customers", "account", mail, **pair.place)
    first = pair.add(swapped, "pos_receipts", "receipt", mail)
    whole = pair.add(pair.one, "shop_orders", "order", mail, first_name=None, last_name=None,
                     full_name=f"{pair.last} {pair.one}-Lena")  # fmt: skip
    return [(account, first, True), (account, whole, True)]


def _wedding(pair: _Pair):
    phone = {"phone": f"07700 3{pair.key[-4:]}0"}
    before = pair.add(pair.one, "shop_orders", "order", phone, 0, **pair.place)
    return [(before, pair.add(pair.one, "shop_orders", "order", phone, 90, last_name=pair.maiden), True)]


def _second_login(pair: _Pair):
    """Somebody logs in on another's browser: what stays there of him is not hers."""
    hers, his = {"shop_customer_id": f"65{pair.key}"}, {"shop_customer_id": f"66{pair.key}"}
    one = pair.add(pair.one, "shop_customers", "account", {**hers, "email": pair.mail}, **pair.place)
    two = pair.add(pair.one, "shop_customers", "account", {**his, "email": f"x{pair.key}@example.net"}, **pair.place)
    ids = {"anonymous_id": f"s{pair.key}", **hers, "shop_customer_id__2": f"66{pair.key}",
           "email": pair.mail, "email__2": f"x{pair.key}@example.net"}  # fmt: skip
    pair.add("", "web_events", "device", ids)
    return [(one, two, False)]


def pair_scores(customer_of: dict[str, str], truth: dict[str, str]) -> tuple[float, float]:
    """Pairwise precision and recall."""
    frame = pd.DataFrame({"c": pd.Series(customer_of), "p": pd.Series(truth)})
    pairs = lambda sizes: float((sizes * (sizes - 1) / 2).sum())  # noqa: E731
    both = pairs(frame.groupby(["p", "c"]).size())
    return both / pairs(frame.groupby("c").size()), both / pairs(frame.groupby("p").size())
