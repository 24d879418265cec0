from __future__ import annotations

from collections import Counter

import pytest

from cdp.identity.agglomerate import Agglomeration, Conflicts, Group, Link, birth_dates_agree
from cdp.identity.doubts import FITS_TWO, Doubts
from cdp.identity.settings import IdentitySettings


@pytest.mark.parametrize(
    ("left", "right", "agree"),
    [
        ("19900304", "19900304", True),
        ("19900304", "19900403", True),
        ("19900304", "19900305", True),
        ("19900304", "19900314", True),
        ("19900304", "19850304", False),
    ],
)
def test_birth_dates_forgive_one_slip(left, right, agree):
    assert birth_dates_agree(left, right) is agree


def people(**names):
    return {int(node[1:]): Group([int(node[1:])], Counter([name]), Counter()) for node, name in names.items()}


def test_the_strongest_link_is_made_first_and_the_conflict_refused():
    groups = people(n0="ann|lee|", n1="ann|lee|", n2="ian|lee|")
    groups |= {3: Group([3])}
    conflicts = Conflicts(frozenset({("ann|lee|", "ian|lee|")}), frozenset(), 0.5)
    joined = Agglomeration(groups, conflicts)
    links = [Link((-60,), 2, 3, 0), Link((-80,), 0, 1, 1), Link((-95,), 1, 3, 2)]
    assert joined.join(links) == {0: "given names differ"}
    assert joined.find(3) == joined.find(0) == 0
    assert joined.find(2) == 2


def test_one_odd_name_among_many_does_not_split():
    groups = {0: Group([0], Counter({"ann|lee|": 9, "ian|lee|": 1})), 1: Group([1], Counter({"ann|lee|": 5}))}
    joined = Agglomeration(groups, Conflicts(frozenset({("ann|lee|", "ian|lee|")}), frozenset(), 0.5))
    assert joined.join([Link((-80,), 0, 1, 0)]) == {}


def test_family_names_matter_only_where_asked():
    conflicts = Conflicts(frozenset(), frozenset({("ann|lee|", "ann|moore|")}), 0.5)
    names = {"n0": "ann|lee|", "n1": "ann|moore|"}
    assert Agglomeration(people(**names), conflicts).join([Link((-80,), 0, 1, 0)]) == {}
    refused = Agglomeration(people(**names), conflicts).join([Link((-60,), 0, 1, 0, needs_family_name=True)])
    assert refused == {0: "family names differ"}


def test_an_initial_that_fits_both_does_not_outvote_whole_names():
    mixed = {0: Group([0], Counter({"adam|lee|": 1, "a|lee|": 5})), 1: Group([1], Counter({"ann|lee|": 2}))}
    joined = Agglomeration(mixed, Conflicts(frozenset({("adam|lee|", "ann|lee|")}), frozenset(), 0.5))
    assert joined.join([Link((-80,), 0, 1, 0)]) == {0: "given names differ"}


BORN = Counter({"19550101": 1}), Counter({"19850607": 1})


def namesakes(to_father: float, to_son: float):
    """Father and son under one name, and a record without a birth date that fits both."""
    name = Counter(["tom|lee|"])
    groups = {node: Group([node], name.copy(), born.copy()) for node, born in enumerate((*BORN, Counter()))}
    joined = Agglomeration(groups, Conflicts(frozenset(), frozenset(), 0.5))
    pairs = {(0, 2): to_father, (1, 2): to_son}
    links = [Link((-chance,), left, right, left) for (left, right), chance in pairs.items()]
    return joined, joined.join(links, Doubts(joined, pairs, IdentitySettings()))


def test_what_fits_two_people_equally_well_goes_to_neither():
    joined, refused = namesakes(0.95, 0.94)
    assert refused == {0: FITS_TWO, 1: FITS_TWO}
    assert len({joined.find(node) for node in range(3)}) == 3


def test_what_fits_one_much_better_goes_to_that_one_and_is_no_bridge():
    joined, refused = namesakes(0.999, 0.92)
    assert joined.find(2) == joined.find(0) != joined.find(1)
    assert refused == {1: "birth dates differ"}


def test_two_groups_that_may_be_one_person_are_no_rivals():
    groups = {node: Group([node], Counter(["tom|lee|"])) for node in range(3)}
    joined = Agglomeration(groups, Conflicts(frozenset(), frozenset(), 0.5))
    pairs = {(0, 2): 0.95, (1, 2): 0.94}
    links = [Link((-chance,), left, right, left) for (left, right), chance in pairs.items()]
    assert joined.join(links, Doubts(joined, pairs, IdentitySettings())) == {}
