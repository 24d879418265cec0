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


def pair_scores(customer_of: dict[str, str], truth: dict[str, str]) -> tuple[float, float]:
    """Pairwise precision and recall."""
    frame = pd.DataFrame({"c": pd.Series(customer_of), "p": pd.Series(truth)})
    pairs = lambda sizes: float((sizes * (sizes - 1) / 2).sum())  # noqa: E731
    both = pairs(frame.groupby(["p", "c"]).size())
    return both / pairs(frame.groupby("c").size()), both / pairs(frame.groupby("p").size())
