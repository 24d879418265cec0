"""Invented person records in bulk: names by rank, households, typing slips; written as parquet with the truth."""

from __future__ import annotations

from pathlib import Path

import numpy as np  # noqa: TID253
import pandas as pd  # noqa: TID253

_SYLLABLES = (
    "ba be bo da de do fa fi ga go ha he ja ka ko la le li lo ma me mi mo na ne no pa pe ra re ro sa se so ta to va wa"
)


def _words(random: np.random.Generator, count: int, syllables: int) -> np.ndarray:
    parts = np.array(_SYLLABLES.split(), dtype=object)
    words: set[str] = set()
    while len(words) < count:
        words |= set(random.choice(parts, (count, syllables)).sum(axis=1))
    return np.array(sorted(words)[:count], dtype=object)


def _by_rank(random: np.random.Generator, values: np.ndarray, size: int, exponent: float) -> np.ndarray:
    weights = 1 / np.arange(1, len(values) + 1) ** exponent
    return values[random.choice(len(values), size, p=weights / weights.sum())]


def _slips(random: np.random.Generator, values: np.ndarray, share: float) -> np.ndarray:
    changed = values.copy()
    for index in np.flatnonzero(random.random(len(values)) < share):
        text = str(changed[index])
        place = int(random.integers(1, max(len(text) - 1, 2)))
        changed[index] = text[:place] + text[place + 1 :]
    changed[random.random(len(values)) < share / 2] = None
    return changed


def write_people(folder: Path, records: int, seed: int = 1) -> tuple[Path, Path]:
    """Write ``people.parquet`` and ``truth.parquet``; seven in ten records are the first of a person."""
    random = np.random.default_rng(seed)
    people = int(records * 0.7)
    households = max(people // 2, 1)
    home = random.integers(0, households, people)
    families = _by_rank(random, _words(random, 30_000, 3), households, 0.8)
    cities = _by_rank(random, _words(random, 1_500, 3), households, 0.7)
    streets = random.choice(_words(random, 3_000, 4), households) + " street"
    houses = random.integers(1, 200, households).astype(str).astype(object)
    postcodes = (random.integers(10_000, 99_999, households)).astype(str).astype(object)
    given = _by_rank(random, _words(random, 900, 2), people, 0.8)
    days = pd.Timestamp("1930-01-01") + pd.to_timedelta(random.integers(0, 27_000, people), unit="D")
    births = days.strftime("%Y-%m-%d").to_numpy(dtype=object)
    phones = ("2" + pd.Series(random.integers(10**8, 10**9, people)).astype(str)).to_numpy(dtype=object)
    emails = given + "." + families[home] + random.integers(1, 9999, people).astype(str).astype(object) + "@example.com"
    who = np.concatenate([np.arange(people), random.integers(0, people, records - people)])
    random.shuffle(who)
    where = home[who]
    frame = pd.DataFrame(
        {
            "record_id": [f"p{number:08d}" for number in range(records)],
            "first_name": _slips(random, given[who], 0.06),
            "last_name": _slips(random, families[where], 0.06),
            "birth_date": _slips(random, births[who], 0.05),
            "street": _slips(random, houses[where] + " " + streets[where], 0.1),
            "city": _slips(random, cities[where], 0.06),
            "postcode": _slips(random, postcodes[where], 0.05),
            "email": _slips(random, emails[who], 0.3),
            "phone": _slips(random, phones[who], 0.3),
        }
    )
    folder.mkdir(parents=True, exist_ok=True)
    frame.to_parquet(folder / "people.parquet", index=False)
    pd.DataFrame({"record_id": frame["record_id"], "person": who}).to_parquet(folder / "truth.parquet", index=False)
    return folder / "people.parquet", folder / "truth.parquet"
