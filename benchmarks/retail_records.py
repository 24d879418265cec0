"""Invented retail identity records in bulk: accounts, cards, orders, receipts, devices and consents of households.

Names follow rank, households share address, landline and now and then a mailbox, numbers are handed on, tills are
typed at, and a few values point to nobody. A base (everything known before) and a night (one per cent new or changed)
are written as parquet with the truth.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np  # noqa: TID253
import pandas as pd  # noqa: TID253
from people import _by_rank, _slips, _words

RECORDS_PER_PERSON = 5.2
START = np.datetime64("2025-01-01T00:00:00", "us")
TEXTS = [
    "record_id",
    "feed",
    "source_id",
    "record_kind",
    "title",
    "first_name",
    "middle_name",
    "last_name",
    "suffix",
    "full_name",
    "gender",
    "company",
    "street",
    "city",
    "region",
    "postcode",
    "country",
]
COLUMNS = [*TEXTS[:4], "first_observed_at", "last_observed_at", *TEXTS[4:10], "birth_date", *TEXTS[10:]]
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


class Shop:
    """People with their contents as arrays, and the records that they leave."""

    def __init__(self, records: int, seed: int = 1) -> None:
        self.random = np.random.default_rng(seed)
        self.people = max(int(records / RECORDS_PER_PERSON), 10)
        self.records: list[pd.DataFrame] = []
        self.identifiers: list[pd.DataFrame] = []
        self._people()
        self._records()

    def _people(self) -> None:
        random, people = self.random, self.people
        homes = max(people // 2, 1)
        self.home = random.integers(0, homes, people)
        families = _by_rank(random, _words(random, 30_000, 3), homes, 0.8)
        self.family = families[self.home]
        stranger = random.random(people) < 0.15
        self.family[stranger] = _by_rank(random, families, int(stranger.sum()), 0.1)
        self.given = _by_rank(random, _words(random, 900, 2), people, 0.8)
        days = pd.Timestamp("1935-01-01") + pd.to_timedelta(random.integers(0, 25_000, people), unit="D")
        self.born = days.to_numpy().astype("datetime64[s]")
        streets = random.choice(_words(random, 3_000, 4), homes) + " street"
        self.street = (random.integers(1, 200, homes).astype(str).astype(object) + " " + streets)[self.home]
        self.city = _by_rank(random, _words(random, 1_500, 3), homes, 0.7)[self.home]
        self.postcode = random.integers(10_000, 99_999, homes).astype(str).astype(object)[self.home]
        numbers = random.permutation(people).astype(str).astype(object)
        shared = self.given + "." + self.family + numbers + "@example.com"
        family_mail = random.random(people) < 0.06
        self.email = np.where(family_mail, ("home" + pd.Series(self.home).astype(str) + "@example.org"), shared)
        mobile = pd.Series(random.integers(0, people, people)).astype(str).str.zfill(8).to_numpy(dtype=object)
        own = np.arange(people).astype(str).astype(object)
        own = np.array([f"+4477{value:0>8}" for value in own], dtype=object)
        self.phone = np.where(random.random(people) < 0.02, "+4477" + mobile, own)

    def _records(self) -> None:
        random, people = self.random, self.people
        everyone = np.arange(people)
        accounts = everyone[random.random(people) < 0.6]
        cards = everyone[random.random(people) < 0.55]
        self._add("shop_customers", "account", accounts, "parted", email=0.97, phone=0.7, shop_customer_id=1.0)
        self._add("loyalty_members", "card", cards, "parted", email=0.5, phone=0.3, loyalty_card=1.0, born=True)
        self._add("shop_orders", "order", self._some(everyone, 1.5), "whole", email=0.9, phone=0.3, order_id=1.0)
        self._add("pos_receipts", "receipt", self._some(cards, 2.4), "none", loyalty_card=0.98, order_id=1.0)
        self._add("web_events", "device", self._some(accounts, 0.9), "none", anonymous_id=1.0, shop_customer_id=0.6)
        self._add("consent", "consent", self._some(everyone, 0.3), "none", email=0.7, phone=0.5)

    def _some(self, people: np.ndarray, mean: float) -> np.ndarray:
        return np.repeat(people, self.random.poisson(mean, len(people)))

    def _add(self, feed: str, kind: str, who: np.ndarray, names: str, born: bool = False, **shares: float) -> None:
        random, count = self.random, len(who)
        numbers = np.arange(count).astype(str).astype(object)
        seen = START + random.integers(0, 500 * 86_400, count).astype("timedelta64[s]").astype("timedelta64[us]")
        frame = pd.DataFrame({"record_id": feed + ":" + numbers, "feed": feed, "source_id": numbers})
        frame = frame.assign(record_kind=kind, first_observed_at=seen, last_observed_at=seen, person=who, country="GB")
        if names != "none":
            given, family = _slips(random, self.given[who], 0.04), _slips(random, self.family[who], 0.04)
            if names == "parted":
                frame["first_name"], frame["last_name"] = given, family
            else:
                whole = pd.Series(given).fillna("") + " " + pd.Series(family).fillna("")
                frame["full_name"] = whole.str.strip().replace("", None)
            moved = random.random(count) < 0.08
            place = np.where(moved, random.permutation(who), who)
            frame["street"], frame["city"] = _slips(random, self.street[place], 0.05), self.city[place]
            frame["postcode"] = _slips(random, self.postcode[place], 0.03)
        if born:
            frame["birth_date"] = np.where(random.random(count) < 0.9, self.born[who], np.datetime64("NaT"))
        self.records.append(frame)
        values = {
            "email": self.email[who],
            "phone": self.phone[who],
            "shop_customer_id": "6" + pd.Series(who).astype(str).str.zfill(8).to_numpy(dtype=object),
            "loyalty_card": "98" + pd.Series(who).astype(str).str.zfill(8).to_numpy(dtype=object),
            "order_id": f"{feed[:1]}#" + numbers,
            "anonymous_id": "a" + numbers,
        }
        for name, share in shares.items():
            value = values[name].copy()
            if name == "email":
                value = _slips(random, value, 0.02)
                value[random.random(count) < 0.003] = "none@none.example"
            if name == "phone":
                value[random.random(count) < 0.002] = "+447700900000"
            held = (random.random(count) < share) & pd.notna(value)
            part = frame.loc[held, ["record_id", "feed", "first_observed_at", "last_observed_at"]]
            part = part.rename(columns={"first_observed_at": "first_seen_at", "last_observed_at": "last_seen_at"})
            part = part.assign(identifier_type=name, identifier_value=value[held], country="GB", count_seen=1)
            self.identifiers.append(part)

    def frames(self) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
        """Records, identifiers and the truth, typed as the canonical tables are."""
        records = pd.concat(self.records, ignore_index=True)
        truth = records[["record_id", "person"]]
        records = records.reindex(columns=COLUMNS).astype({**dict.fromkeys(TEXTS, "string")})
        records["birth_date"] = records["birth_date"].astype("datetime64[s]")
        identifiers = pd.concat(self.identifiers, ignore_index=True)[IDENTIFIER_COLUMNS]
        return records, identifiers.astype(dict.fromkeys(IDENTIFIER_COLUMNS[:5], "string")), truth


def write_shop(folder: Path, records: int, seed: int = 1, share: float = 0.01) -> None:
    """Write ``base``, ``night`` and ``truth.parquet`` below ``folder``; ``share`` of the night is new or changed."""
    shop = Shop(records, seed)
    people, identifiers, truth = shop.frames()
    draw = shop.random.random(len(people))
    fresh, changed = draw < share * 0.6, (draw >= share * 0.6) & (draw < share)
    night, base = folder / "night", folder / "base"
    for part in (night, base):
        part.mkdir(parents=True, exist_ok=True)
    truth.to_parquet(folder / "truth.parquet", index=False)
    people.to_parquet(night / "identity_records.parquet", index=False)
    identifiers.to_parquet(night / "record_identifiers.parquet", index=False)
    new, moved = set(people.loc[fresh, "record_id"]), set(people.loc[changed, "record_id"])
    before = people[~fresh].copy()
    before.loc[before["record_id"].isin(moved), "street"] = "1 former lane"
    before.to_parquet(base / "identity_records.parquet", index=False)
    known = identifiers[~identifiers["record_id"].isin(new)]
    left = known["record_id"].isin(moved) & (shop.random.random(len(known)) < 0.3)
    known[~left].to_parquet(base / "record_identifiers.parquet", index=False)
