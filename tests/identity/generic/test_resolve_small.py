"""Files too small to learn from, and people that hardly ever occur twice: usual weights carry them, in words."""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cdp.identity.generic import ResolveOptions, resolve_frames
from cdp.identity.generic.mixture import BIRTH, FAMILY, GIVEN, Prior, fit

sys.path.insert(0, str(Path(__file__).parent))
import worlds

OPTIONS = ResolveOptions("id", threads=1)
COLUMNS = ["id", "first_name", "last_name", "dob", "city", "phone"]
ANN = ["Ann", "Ash", "1980-02-03", "York", "01904555123"]
SLIP = ["Anne", "Ash", "1980-02-03", "York", "01904555123"]
BEA = ["Bea", "Birch", "1970-05-06", "Leeds", "01134440000"]


def resolved(rows):
    frame = pd.DataFrame([[str(number), *row] for number, row in enumerate(rows)], columns=COLUMNS).astype("string")
    return resolve_frames({"list": frame}, OPTIONS)


@pytest.mark.parametrize(
    ("kind", "count", "least_f1"),
    [
        ("differing sources", 9, 0.9), ("traps", 8, 0.95), ("voters", 8, 0.85),
        ("households", 12, 0.95), ("names and mail", 12, 0.9),
    ],
)  # fmt: skip
def test_a_few_dozen_rows_are_resolved(kind, count, least_f1):
    found = []
    for seed in (1, 2, 3):
        world = worlds.KINDS[kind](seed, count)
        customers = resolve_frames(world.frames, OPTIONS).customers
        of = dict(zip(customers["source_id"], customers["customer_id"], strict=True))
        found.append(worlds.pair_scores(of, world.truth)[2])
    assert np.mean(found) >= least_f1


@pytest.mark.parametrize(
    ("rows", "people"),
    [
        ([], 0), ([ANN], 1), ([ANN, ANN], 1), ([ANN, BEA], 2), ([ANN, SLIP, BEA], 2), ([ANN] * 6, 1),
        ([ANN, ["Ann", "Ash", "1955-07-09", "York", "01904777000"], BEA], 3),
    ],
)  # fmt: skip
def test_a_handful_of_rows(rows, people):
    assert resolved(rows).customers["customer_id"].nunique() == people


def test_what_was_not_learned_is_said():
    assert "too few to learn from" in resolved([ANN, SLIP, BEA]).notes[0]


@pytest.mark.parametrize("count", [25, 400])
def test_strangers_stay_strangers(count):
    for seed in (1, 2):
        world = worlds.strangers(seed, count)
        assert resolve_frames(world.frames, OPTIONS).count_people == count


def test_what_programs_and_clerks_write_for_want_of_a_value_links_nobody():
    rows = [[*person[:4], phone] for person in (ANN, BEA) for phone in ("0000000000", "123456789")]
    rows += [["Walk-in", "Customer", None, town, None] for town in ("York", "York", "Leeds")]
    found = resolved(rows).customers["customer_id"]
    assert found[0] == found[1] != found[2] == found[3]
    assert found[4:].nunique() == 3


def test_namesakes_are_as_many_between_sources_as_within():
    priors = [Prior((0.1, 0.1, 0.8), 0.3, kind) for kind in (GIVEN, FAMILY, BIRTH)]
    patterns = np.array([[2, 2, -1], [0, 0, -1], [2, 2, -1], [0, 0, -1], [2, 0, 0], [0, 2, 0], [2, 2, 2]])
    strata = np.array([0, 0, 1, 1, 0, 0, 1])
    candidates = np.array([1.0, 499_000.0, 400.0, 999_000.0, 500.0, 500.0, 200.0])
    nothing = np.zeros(len(patterns))
    mixture = fit(patterns, strata, candidates, nothing, nothing, priors)
    within, between = mixture.log_odds(patterns[[0, 2]], strata[[0, 2]])
    assert between > 2
    assert between > within + 2


@pytest.mark.parametrize(
    ("one", "other", "people"),
    [
        ("Marie", "Markus", 11), ("Anna", "Hanna", 11), ("Paul", "Paula", 11),
        ("Johanna", "Johana", 10), ("Johanna", "Hanna", 10),
    ],
)  # fmt: skip
def test_two_names_on_one_birth_date_and_address_are_twins(one, other, people):
    strangers = "Ida Zorn York,Karl Kunz Bath,Mia Meyer Hull,Jonas Schulz Ely,Lena Weber Wells,Ben Wolf Ripon,"
    strangers += "Emma Klein Derby,Luis Koch Truro,Nora Bauer Leeds"
    rows = [
        [given, family, f"19{50 + n}-0{1 + n}-1{n}", town, f"0113 55{n}7{n}3{9 - n}"]
        for n, (given, family, town) in enumerate(person.split() for person in strangers.split(","))
    ]
    rows += [[given, "Berg", "1990-01-02", "Leeds", "01134440000"] for given in (one, other)]
    assert resolved(rows).customers["customer_id"].nunique() == people


@pytest.mark.parametrize("count", [5, 21, 40, 400])
@pytest.mark.parametrize(
    ("row", "people"),
    [
        ({"first_name": "Ann", "last_name": "Ash", "dob": "1980-02-03"}, 1),
        ({"name": "Ann Ash", "email": "ann@example.com"}, 1),
        ({"name": "Ann Ash", "dob": "1980-02-03", "city": "York", "phone": "01904555123"}, 1),
        ({"name": "Ann Ash", "city": "York"}, None),
    ],
)  # fmt: skip
def test_equal_rows_are_one_person_however_many(count, row, people):
    frame = pd.DataFrame([{"id": str(number), **row} for number in range(count)])
    assert resolve_frames({"list": frame}, OPTIONS).count_people == (people or count)


@pytest.mark.parametrize(
    ("suffixes", "years", "people"),
    [
        (("", ""), (1948, 1970), 2), (("", ""), (1948, 1968), 2), (("", " Jr"), (1948, 1970), 2),
        ((" Sr", " Jr"), (1948, 1948), 2), (("", " Jr"), (1948, 1949), 1), (("", ""), (1948, 1949), 1),
    ],
)  # fmt: skip
def test_father_and_son_of_one_name_in_a_file_of_a_dozen(suffixes, years, people):
    rows = [
        [f"Carl Marsh{suffix}", f"{year}-03-12", "12 Oak Street", "York"]
        for suffix, year in zip(suffixes, years, strict=True)
    ]
    strangers = "Ida Zorn,Karl Kunz,Mia Meyer,Jonas Schulz,Lena Weber,Ben Wolf,Emma Klein,Luis Koch,Nora Bauer"
    rows += [
        [name, f"19{50 + n}-0{1 + n}-1{n}", f"{n} Elm Road", "Hull"] for n, name in enumerate(strangers.split(","))
    ]
    frame = pd.DataFrame(rows, columns=["name", "dob", "address", "city"]).astype("string")
    frame["id"] = [str(number) for number in range(len(frame))]
    assert resolve_frames({"list": frame}, OPTIONS).count_people == people + 9


@pytest.mark.parametrize("count", [2, 3])
def test_a_second_source_of_one_persons_records_spoils_no_model(count):
    world = worlds.KINDS["names and mail"](1, 60)
    (frame,) = world.frames.values()
    alone = resolve_frames(world.frames, OPTIONS)
    few = pd.concat([frame.iloc[[0]]] * count, ignore_index=True)
    few["id"] = [f"again{number}" for number in range(count)]
    both = resolve_frames({**world.frames, "second": few}, OPTIONS)
    assert both.precision is not None
    assert both.count_people == alone.count_people
