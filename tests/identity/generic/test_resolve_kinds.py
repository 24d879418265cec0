"""Floors on invented data of kinds that make matchers collapse; nothing is configured for any of them."""

import sys
from pathlib import Path

import pandas as pd
import pytest

from cdp.errors import IdentityError, UsageError
from cdp.identity.generic import ResolveOptions, resolve_frames

sys.path.insert(0, str(Path(__file__).parent))
import worlds

OPTIONS = ResolveOptions("id", threads=2)


def scores(world, resolution):
    found = resolution.customers
    return worlds.pair_scores(dict(zip(found["source_id"], found["customer_id"], strict=True)), world.truth)


@pytest.mark.parametrize(
    ("kind", "least_precision", "least_recall"),
    [
        ("sparse", 0.97, 0.93),
        ("households", 0.93, 0.90),
        ("voters", 0.92, 0.92),
        ("differing sources", 0.85, 0.85),
        ("traps", 0.90, 0.90),
        ("copies", 0.97, 0.97),
        ("institution", 0.85, 0.85),
        ("contacts", 0.95, 0.6),
        ("names and mail", 0.9, 0.85),
        ("strangers", 1.0, 1.0),
        ("bare", 0.75, 0.0),
    ],
)
def test_floors(kind, least_precision, least_recall):
    world = worlds.KINDS[kind](11, 500)
    resolution = resolve_frames(world.frames, OPTIONS)
    precision, recall, _ = scores(world, resolution)
    assert precision >= least_precision
    assert recall >= least_recall
    assert resolution.largest <= 16


def test_one_duplicate_in_a_hundred_is_found_and_nothing_else():
    world = worlds.sparse(5, 2000, share=0.01)
    precision, recall, _ = scores(world, resolve_frames(world.frames, OPTIONS))
    assert precision >= 0.9
    assert recall >= 0.9


def test_equal_addresses_are_certain_where_there_are_no_names():
    frame = pd.DataFrame({"id": ["1", "2", "3"], "email": ["a@example.com", "A@example.com ", "b@example.com"]})
    assert resolve_frames({"list": frame}, OPTIONS).customers["customer_id"].nunique() == 2


@pytest.mark.parametrize("kind", ["households", "differing sources"])
def test_same_people_whatever_the_order_of_rows_and_the_threads(kind):
    world = worlds.KINDS[kind](3, 300)
    first = resolve_frames(world.frames, ResolveOptions("id", threads=1)).customers
    for seed, threads in ((4, 1), (5, 2)):
        shuffled = {name: frame.sample(frac=1, random_state=seed) for name, frame in reversed(world.frames.items())}
        pd.testing.assert_frame_equal(first, resolve_frames(shuffled, ResolveOptions("id", threads=threads)).customers)


def test_a_source_that_holds_a_person_once_is_seen():
    world = worlds.households(5, 500)
    assert resolve_frames(world.frames, OPTIONS).is_one_per_source
    assert not resolve_frames(world.frames, ResolveOptions("id", one_per_source=False)).is_one_per_source
    customers = resolve_frames(world.frames, ResolveOptions("id", one_per_source=True)).customers
    assert not customers.duplicated(["source", "customer_id"]).any()


def test_too_little_to_learn_from_links_what_is_certain():
    frame = pd.DataFrame(
        {
            "id": ["1", "2", "3", "4"],
            "name": ["Ann Ash", "ash, ann", "Ann Ash", "Bea Birch"],
            "email": ["ann@example.com", "ANN@example.com", "other@example.com", "bea@example.com"],
        }
    )
    resolution = resolve_frames({"list": frame}, OPTIONS)
    assert resolution.customers["customer_id"].nunique() == 3
    assert "too few to learn from" in resolution.notes[0]


def test_junior_and_senior_stay_apart():
    world = worlds.traps(7, 250)
    found = resolve_frames(world.frames, OPTIONS).customers.set_index("source_id")["customer_id"]
    suffixes = world.frames["list"].set_index("id")["suffix"].dropna()
    kinds = pd.DataFrame({"customer": found, "suffix": suffixes}).dropna()
    kinds = kinds[kinds["suffix"].isin(["jr", "sr"])]
    assert kinds.groupby("customer")["suffix"].nunique().max() == 1


def test_known_answers_choose_the_threshold():
    world = worlds.differing_sources(2, 250)
    labels = pd.DataFrame({"record": list(world.truth), "person": list(world.truth.values())})
    resolution = resolve_frames(world.frames, ResolveOptions("id", labels=labels))
    assert any("your answers" in note for note in resolution.notes)
    assert scores(world, resolution)[2] >= scores(world, resolve_frames(world.frames, OPTIONS))[2]


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        (ResolveOptions("nobody"), UsageError, "has no column nobody"),
        (ResolveOptions("id", roles={"dob": "birthday"}), UsageError, "is not a role"),
        (ResolveOptions("id", roles={"nothing": "email"}), UsageError, "no file has a column"),
        (ResolveOptions("last_name"), IdentityError, "does not identify"),
        (
            ResolveOptions("id", labels=pd.DataFrame({"a": ["x"], "b": ["y"]})),
            IdentityError,
            "name none of the records",
        ),
    ],
)
def test_wrong_calls_are_told(options, error, words):
    with pytest.raises(error, match=words):
        resolve_frames(worlds.sparse(1, 300, share=0.5).frames, options)
