"""Organisations: recognised, told from people, and compared by what is their own."""

import random
import sys
from pathlib import Path

import pandas as pd
import pytest

from cdp.engines import open_engine
from cdp.identity.generic import ResolveOptions, resolve_frames
from cdp.identity.generic.organisation_words import sounds_like_organisation
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
