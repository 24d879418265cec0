"""Organisations: recognised, told from people, and compared by what is their own."""

import random
import sys
from pathlib import Path

import pandas as pd
import pytest

from cdp.engines import open_engine
from cdp.identity.generic import ResolveOptions, resolve_frames
from cdp.identity.generic.organisation_words import SURE_FORMS, sounds_like_organisation
from cdp.identity.generic.organisations import name_organisations

sys.path.insert(0, str(Path(__file__).parent))
import worlds

_TRADES_TEXT = "Maschinenbau Bau Elektrotechnik Logistik Immobilien Consulting Software Metallbau Spedition Medien"
TRADES = _TRADES_TEXT.split()
FORMS = (("GmbH", "Gesellschaft mbH"), ("AG", "Aktiengesellschaft"), ("KG", "KG"), ("e.K.", "e. K."), ("OHG", "OHG"))


def companies(seed, count):
    """Up to three companies of one owner at one address, with one to three records each."""
    rng = random.Random(seed)
    families = worlds.family_names(rng, 300)
    rows, truth = [], {}
    while len(set(truth.values())) < count:
        owner = rng.choice(families).title()
        street, town, phone = f"{rng.choice(families)}weg {rng.randrange(1, 90)}", rng.choice(families), rng.random()
        for trade in rng.sample(TRADES, rng.choice((1, 1, 2, 3))):
            forms, who = rng.choice(FORMS), len(set(truth.values()))
            for _ in range(rng.randint(1, 3)):
                name = worlds.typo(rng, f"{owner} {trade}") if rng.random() < 0.1 else f"{owner} {trade}"
                name = f"{name} {rng.choice((*forms, forms[0], ''))}".strip()
                truth[f"r{len(rows)}"] = who
                rows.append([f"r{len(rows)}", name, street, town, f"030 {int(phone * 10**7):07d}"])
    return pd.DataFrame(rows, columns=["id", "Firma", "Straße", "Ort", "Telefon"]), truth


def test_sister_companies_at_one_address_stay_apart():
    frame, truth = companies(1, 150)
    resolution = resolve_frames({"suppliers": frame}, ResolveOptions("id", threads=1))
    found = dict(zip(resolution.customers["source_id"], resolution.customers["customer_id"], strict=True))
    assert [guess.role for guess in resolution.roles["suppliers"]][1] == "organisation"
    precision, recall, _ = worlds.pair_scores(found, truth)
    assert precision > 0.9
    assert recall > 0.9


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Müller Bau GmbH & Co. KG", True), ("Sklep sp. z o.o.", False), ("St Mary's Primary School", True),
        ("Ann Ash", False), ("Maria Sa", False), ("Ash, Ann", False),
    ],
)  # fmt: skip
def test_what_sounds_like_an_organisation(name, expected):
    assert sounds_like_organisation(name) is expected


def test_the_own_word_the_rest_and_the_legal_form(tmp_path):
    engine = open_engine("duckdb", temp_dir=tmp_path, memory_limit=None, threads=1)
    names = ["muller bau gmbh", "bau muller", "kunz bau ag", "bau wolf gmbh co kg", "zorn ltd", None]
    people = pd.DataFrame({"n": range(6), "organisation": pd.array(names, dtype="string")})
    for column in ("family", "given", "given_1", "generation", "legal"):
        people[column] = pd.array(["ann" if column in ("family", "given") else None] * 6, dtype="string")
    engine.register("people_frame", people)
    engine.create_table(
        "people",
        "select *, cast(null as varchar[]) as family_words, cast(null as varchar[]) as other_names from people_frame",
    )
    name_organisations(engine)
    assert engine.rows("select family, given, legal from people order by n") == [
        ("muller", "bau", "gmbh"),
        ("muller", "bau", None),
        ("kunz", "bau", "ag"),
        ("wolf", "bau", "gmbh kg"),
        ("zorn", "zorn", "ltd"),
        ("ann", "ann", "person"),
    ]
    shared = (
        "select list_has_any(l.family_words, r.family_words) from people as l, people as r where l.n = 1 and r.n = "
    )
    assert (engine.scalar(shared + "0"), engine.scalar(shared + "2")) == (True, False)  # a trade alone joins nobody
    engine.close()


@pytest.mark.parametrize(
    ("contacts", "company", "contact"),
    [(["Ann Ash", "Bob Birch", "Cem Cedar", "Dora Doe"], "trait", "full_name"),
     (["Ann Ash", None, None, None], "organisation", "ignore")],
)  # fmt: skip
def test_a_file_of_contacts_is_not_a_file_of_companies(contacts, company, contact):
    firms = ["Ash Ltd", "Birch Ltd", "Cedar Ltd", "Doe Ltd"]
    frame = pd.DataFrame({"id": ["1", "2", "3", "4"], "company": firms, "contact": contacts})
    roles = resolve_frames({"list": frame}, ResolveOptions("id", threads=1)).roles["list"]
    assert [guess.role for guess in roles] == ["id", company, contact]


def _mixed(share):
    """People and firms in one column, most of them twice, and pairs of one address that tell who is taken for whom."""
    rng = random.Random(3)
    families = [name.title() for name in worlds.family_names(rng, 200)]
    rows = []
    for number in range(200):
        given, suffix = rng.choice(["Anna", "Karin", "Erik", "Oliver", "Peter"]), rng.choice(["", "", "", " Jr", " Sr"])
        person = f"{given} {rng.choice(families)}{suffix}"
        firm = f"{rng.choice(families)} {rng.choice(['Tools', 'Foods', 'Media'])} {rng.choice(['Ltd', 'Inc'])}"
        name, street = firm if number < 200 * share else person, f"Weg {rng.randrange(90)}"
        phone = f"070{1_000_000 + 37 * number}"
        rows += [[f"r{number}", name, street, phone], [f"d{number}", name, street if number % 2 else None, phone]]
    for key, (one, other) in PAIRS.items():
        rows += [
            [f"{key}1", one, f"Elm {key}", f"07091234{len(key)}"],
            [f"{key}2", other, f"Elm {key}", f"07091234{len(key)}"],
        ]
    return pd.DataFrame(rows, columns=["id", "name", "street", "phone"])


PAIRS = {
    "jr": ("Walter Quigley Jr", "Walter Quigley Sr"),
    "firm": ("John Baker", "Baker Ltd"),
    "title": ("Dr. Anna Quince", "Anna Quince"),
}


@pytest.mark.parametrize("share", [0.2, 0.4])
def test_people_among_firms_keep_the_rules_of_people(share):
    resolution = resolve_frames({"mixed": _mixed(share)}, ResolveOptions("id", threads=1))
    found = dict(zip(resolution.customers["source_id"], resolution.customers["customer_id"], strict=True))
    assert {key: found[f"{key}1"] == found[f"{key}2"] for key in PAIRS} == {"jr": False, "firm": False, "title": True}


@pytest.mark.parametrize("name", ["Åsa Larsson", "Eva Sas", "Asa Gray"])
def test_names_that_are_a_legal_form_too_are_names(name):
    assert not sounds_like_organisation(name)
    assert not set(name.lower().replace("å", "a").split()) & set(SURE_FORMS)


def test_a_company_that_every_contact_has_does_not_take_the_place_of_most_names():
    firms = [f"{one} {two} Ltd" for one in ("Acme", "Orbit", "Delta", "Falcon") for two in ("Tools", "Foods", "Media")]
    rng = random.Random(5)
    families = [name.title() for name in worlds.family_names(rng, 120)]
    rows = [
        [
            str(number),
            *((f"N{number % 7}na", families[number]) if number % 4 else (None, None)),
            firms[number % 12],
            f"0171 555 {1000 + number % 12}",
            f"High Street {number % 12}",
        ]
        for number in range(120)
    ]
    frame = pd.DataFrame(rows, columns=["id", "first_name", "last_name", "company", "phone", "street"])
    resolution = resolve_frames({"crm": frame}, ResolveOptions("id", threads=1))
    named = resolution.customers[[number % 4 > 0 for number in range(120)]]
    assert {guess.column: guess.role for guess in resolution.roles["crm"]}["company"] == "trait"
    assert named.customer_id.nunique() == len(named)
