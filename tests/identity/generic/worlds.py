"""Invented people of several kinds, with the truth: what resolving must survive without being told the kind."""

from __future__ import annotations

import random
from dataclasses import dataclass

import pandas as pd

_GIVEN_TEXT = (
    "james mary robert patricia john jennifer michael "
    "linda david elizabeth william barbara richard susan joseph jessica "
    "thomas sarah christopher karen charles lisa daniel nancy matthew "
    "sandra anthony ashley mark emily steven kimberly "
    "andrew donna paul michelle "
    "joshua carol kenneth amanda kevin melissa brian deborah george stephanie edward rebecca "
    "ronald laura timothy helen jason sharon jeffrey cynthia ryan amy jacob kathleen gary angela nicholas shirley eric "
    "emma jonathan brenda stephen pamela larry nicole justin anna scott samantha brandon katherine benjamin christine "
    "samuel debra gregory rachel alexander carolyn patrick janet frank maria raymond olivia jack heather dennis diane "
    "jerry julie tyler joyce aaron victoria jose ruth henry virginia adam lauren douglas kelly nathan christina "
    "peter joan"
)
GIVEN = _GIVEN_TEXT.split()
SHORT = {
    "james": "jim", "robert": "bob", "william": "bill", "richard": "dick", "elizabeth": "liz", "patricia": "pat",
    "michael": "mike", "thomas": "tom", "katherine": "kate", "edward": "ted", "margaret": "peggy", "charles": "charlie",
    "daniel": "dan", "joseph": "joe", "christopher": "chris", "jennifer": "jen", "susan": "sue", "andrew": "andy",
}  # fmt: skip
_HEAD_TEXT = (
    "ash bar beck black bran brad carl chat dal den east fair gar gold hal "
    "hart haw hold ken kings lang lin mar mel nor oak pen pres rad red rock rush san "
    "shel stan strat thorn wal wat west whit win wood"
)
_HEADS = _HEAD_TEXT.split()
_TAILS_TEXT = "ton ham ley field ford wood worth man son er well by den dale more land ridge combe low stone"
_TAILS = _TAILS_TEXT.split()
_STREETS_TEXT = (
    "oak elm park mill church station high green lake hill maple cedar pine bridge school river meadow spring"
)
_STREETS = _STREETS_TEXT.split()
_KINDS_TEXT = "street road lane avenue close drive"
_KINDS = _KINDS_TEXT.split()


@dataclass
class Person:
    given: str
    middle: str
    family: str
    birth: str
    gender: str
    house: int
    street: str
    city: str
    postcode: str
    email: str
    phone: str
    number: str
    suffix: str = ""


@dataclass(frozen=True)
class World:
    """Records (column ``id`` first) by source, and the person of each id."""

    frames: dict[str, pd.DataFrame]
    truth: dict[str, int]


def family_names(rng: random.Random, count: int) -> list[str]:
    names = sorted({head + tail for head in _HEADS for tail in _TAILS})
    rng.shuffle(names)
    return names[:count]


def _zipf(rng: random.Random, values: list[str]) -> str:
    return values[min(int(len(values) ** rng.random() - 1), len(values) - 1)]


def people(rng: random.Random, count: int, *, in_household: int = 1) -> list[Person]:
    """People in households of up to ``in_household``; members share family name, address, often phone and e-mail."""
    families, found = family_names(rng, 700), []
    cities = [
        (f"{head}{tail}", f"{rng.randrange(10000, 99999)}"[:3]) for head, tail in zip(_HEADS, _TAILS * 3, strict=False)
    ]
    while len(found) < count:
        city, area = rng.choice(cities)
        family, house = _zipf(rng, families), rng.randrange(1, 200)
        street = f"{rng.choice(_STREETS)}{rng.choice(['', ' ' + rng.choice(_HEADS)])} {rng.choice(_KINDS)}"
        postcode, phone = (
            f"{area}{rng.randrange(100):02d}",
            f"20255501{rng.randrange(100):02d}{rng.randrange(1000):03d}",
        )
        for _ in range(rng.randint(1, in_household)):
            given, number = _zipf(rng, GIVEN), f"{rng.randrange(10**8, 10**9)}"
            birth = f"{rng.randrange(1935, 2005)}-{rng.randrange(1, 13):02d}-{rng.randrange(1, 29):02d}"
            email = f"{given}.{family}{rng.randrange(1, 999)}@example.{rng.choice(['com', 'org', 'net'])}"
            own = phone if rng.random() < 0.5 else f"3035550{rng.randrange(100, 200)}{rng.randrange(1000):03d}"
            middle, gender = rng.choice(GIVEN), rng.choice("mf")
            known = (given, middle, family, birth, gender, house, street, city, postcode, email, own, number)
            found.append(Person(*known))
    return found[:count]


def typo(rng: random.Random, text: str) -> str:
    """One letter changed, dropped, doubled, or swapped with its neighbour."""
    if len(text) < 3:
        return text
    at = rng.randrange(1, len(text) - 1)
    other = rng.choice("0123456789" if text[at].isdigit() else "abcdefghijklmnoprstuvw")
    return rng.choice(
        [text[:at] + other + text[at + 1 :], text[:at] + text[at + 1 :], text[:at] + text[at] + text[at:],
         text[:at] + text[at + 1] + text[at] + text[at + 2 :]]
    )  # fmt: skip


def copy_of(rng: random.Random, person: Person, dirt: float) -> dict[str, str]:
    """A record of a person; each field goes wrong with probability ``dirt``, and is missing half as often."""
    record = {
        "first_name": person.given, "middle_name": person.middle, "last_name": person.family, "suffix": person.suffix,
        "dob": person.birth, "sex": person.gender, "street": f"{person.house} {person.street}", "city": person.city,
        "zip": person.postcode, "email": person.email, "phone": person.phone, "ssn": person.number,
    }  # fmt: skip
    if rng.random() < dirt and person.given in SHORT:
        record["first_name"] = SHORT[person.given]
    for name in record:
        chance = rng.random()
        if chance < dirt / 2:
            record[name] = ""
        elif chance < dirt * 1.5 and name not in ("suffix", "sex"):
            record[name] = typo(rng, record[name])
    return record


def world(seed: int, held: list[tuple[int, Person, str, float]], columns: dict[str, list[str]]) -> World:
    """Records of (person number, person, source, dirt), shuffled, each source with its own columns."""
    rng = random.Random(seed)
    rng.shuffle(held)
    rows: dict[str, list[dict[str, str]]] = {source: [] for source in columns}
    truth = {}
    for number, (who, person, source, dirt) in enumerate(held):
        row = {"id": f"r{number:06d}", **copy_of(rng, person, dirt)}
        row["name"] = f"{row['last_name']}, {row['first_name']}" if row["last_name"] else row["first_name"]
        rows[source].append({column: row[column] for column in ["id", *columns[source]]})
        truth[row["id"]] = who
    return World({source: pd.DataFrame(found).replace("", None) for source, found in rows.items()}, truth)


_ALL = ["first_name", "last_name", "dob", "street", "city", "zip", "phone"]


def sparse(seed: int, count: int, share: float = 0.1, dirt: float = 0.1) -> World:
    """One record in ten is a duplicate."""
    rng = random.Random(seed)
    held = [(n, person, "list", dirt) for n, person in enumerate(people(rng, count))]
    held += [(n, person, "list", dirt) for n, person, *_ in list(held) if rng.random() < share]
    return world(seed, held, {"list": _ALL})


def households(seed: int, count: int, dirt: float = 0.08) -> World:
    """Families at one address under one name; names and birth dates alone tell them apart."""
    rng = random.Random(seed)
    held = []
    for n, person in enumerate(people(rng, count, in_household=5)):
        held += [(n, person, source, dirt) for source in ("census", "survey") if rng.random() < 0.7]
    columns = ["first_name", "last_name", "dob", "sex", "street", "city", "zip"]
    return world(seed, held, {"census": columns, "survey": columns})


def voters(seed: int, count: int, dirt: float = 0.06) -> World:
    """Names, age by birth date, sex and postcode only; many namesakes; several registers."""
    rng = random.Random(seed)
    held = []
    for n, person in enumerate(people(rng, count, in_household=3)):
        held += [(n, person, source, dirt) for source in ("y1", "y2", "y3", "y4") if rng.random() < 0.6]
    columns = ["first_name", "middle_name", "last_name", "suffix", "sex", "city", "zip", "street"]
    return world(seed, held, dict.fromkeys(("y1", "y2", "y3", "y4"), columns))


def differing_sources(seed: int, count: int, dirt: float = 0.08) -> World:
    """A till, a shop and a newsletter know different things of a person."""
    rng = random.Random(seed)
    columns = {
        "till": ["name", "phone", "zip"],
        "shop": ["first_name", "last_name", "email", "street", "city", "zip", "phone"],
        "club": ["name", "dob", "email", "zip"],
    }
    held = []
    for n, person in enumerate(people(rng, count, in_household=3)):
        held += [(n, person, source, dirt) for source in columns for _ in range(2) if rng.random() < 0.5]
    return world(seed, held, columns)


def traps(seed: int, count: int, dirt: float = 0.05) -> World:
    """Fathers and sons of one name at one address, twins, and copies under short names."""
    rng = random.Random(seed)
    held: list[tuple[int, Person, str, float]] = []
    for person in people(rng, count):
        who = len({number for number, *_ in held})
        kind = rng.random()
        held += [(who, person, "list", dirt) for _ in range(rng.randint(1, 3))]
        if kind < 0.1:
            son = Person(
                **{
                    **vars(person),
                    "birth": f"{int(person.birth[:4]) + 28}{person.birth[4:8]}11",
                    "suffix": "jr",
                    "email": f"j{person.email}",
                    "number": f"{rng.randrange(10**8, 10**9)}",
                }
            )
            person.suffix = "sr"
            held += [(who + 1, son, "list", dirt) for _ in range(rng.randint(1, 3))]
        elif kind < 0.2:
            twin = Person(**{**vars(person), "given": rng.choice(GIVEN), "email": f"t{person.email}"})
            held += [(who + 1, twin, "list", dirt) for _ in range(rng.randint(1, 3))]
    return world(seed, held, {"list": [*_ALL, "suffix", "email"]})


def strangers(seed: int, count: int) -> World:
    """Nobody occurs twice."""
    rng = random.Random(seed)
    return world(seed, [(n, person, "list", 0.05) for n, person in enumerate(people(rng, count))], {"list": _ALL})


def bare(seed: int, count: int) -> World:
    """A name and a town: too little to learn from."""
    rng = random.Random(seed)
    held = [(n, person, "list", 0.05) for n, person in enumerate(people(rng, count)) for _ in range(rng.randint(1, 2))]
    return world(seed, held, {"list": ["first_name", "last_name", "city"]})


def copies(seed: int, count: int) -> World:
    """Few people, each with many records."""
    rng = random.Random(seed)
    held = [
        (n, person, "list", 0.12)
        for n, person in enumerate(people(rng, count // 10))
        for _ in range(rng.randint(5, 15))
    ]
    return world(seed, held, {"list": [*_ALL, "email"]})


def institution(seed: int, count: int) -> World:
    """A fifth of the people live in one house, and hardly anybody occurs twice."""
    rng = random.Random(seed)
    found = people(rng, count, in_household=3)
    for person in found[: count // 5]:
        person.house, person.street, person.city, person.postcode = 1, "harbour road", "Northhaven", "10001"
    held = [(n, person, "list", 0.05) for n, person in enumerate(found)]
    held += [(n, person, "list", 0.05) for n, person, *_ in list(held) if rng.random() < 0.05]
    return world(seed, held, {"list": ["first_name", "last_name", "dob", "sex", "street", "city", "zip"]})


def contacts(seed: int, count: int) -> World:
    """No names at all: e-mail, phone and place."""
    rng = random.Random(seed)
    held = [(n, person, "list", 0.05) for n, person in enumerate(people(rng, count)) for _ in range(rng.randint(1, 3))]
    return world(seed, held, {"list": ["email", "phone", "city", "zip"]})


def names_and_mail(seed: int, count: int) -> World:
    """A name and an e-mail address that is mostly made of it."""
    rng = random.Random(seed)
    held = [(n, person, "list", 0.05) for n, person in enumerate(people(rng, count)) for _ in range(rng.randint(1, 2))]
    return world(seed, held, {"list": ["name", "email"]})


def misdated(seed: int, count: int) -> World:
    """A till wrote many birth dates anew, decades off: without being told, they look like fathers and sons."""
    rng = random.Random(seed)
    held = []
    for n, person in enumerate(people(rng, count)):
        held.append((n, person, "list", 0.04))
        if rng.random() < 0.6:
            born = (
                f"{int(person.birth[:4]) + rng.randrange(18, 40)}-{rng.randrange(1, 13):02d}-{rng.randrange(1, 29):02d}"
            )
            wrong = Person(**{**vars(person), "birth": born if rng.random() < 0.5 else person.birth})
            held.append((n, wrong, "list", 0.04))
    return world(seed, held, {"list": ["first_name", "last_name", "dob", "street", "city", "zip"]})


KINDS = {
    "misdated": misdated,
    "names and mail": names_and_mail,
    "copies": copies, "institution": institution, "contacts": contacts, "sparse": sparse, "households": households,
    "voters": voters, "differing sources": differing_sources, "traps": traps, "strangers": strangers, "bare": bare,
}  # fmt: skip


def pair_scores(predicted: dict[str, str], truth: dict[str, int]) -> tuple[float, float, float]:
    """Pairwise precision, recall and F1."""
    frame = pd.DataFrame({"p": pd.Series(predicted), "t": pd.Series(truth)})

    def pairs(columns: list[str]) -> int:
        sizes = frame.groupby(columns).size()
        return int((sizes * (sizes - 1) // 2).sum())

    right, claimed, true = pairs(["p", "t"]), pairs(["p"]), pairs(["t"])
    precision, recall = right / claimed if claimed else 1.0, right / true if true else 1.0
    return precision, recall, 2 * precision * recall / (precision + recall) if precision + recall else 0.0
