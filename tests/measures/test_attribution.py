"""Removal effects of a chain worked out by hand."""

from __future__ import annotations

import pytest

from cdp.measures.attribution import BEGIN, NOTHING, ORDER, removal_effects

# Four journeys: A → B → order; A → nothing; B → order; B → A → nothing.
# From A: to B 1 of 3, to nothing 2 of 3. From B: to an order 2 of 3, to A 1 of 3.
# P(order from B) = 2/3 + 1/3 · P(A), P(order from A) = 1/3 · P(B): 3/4 and 1/4; half begin at each, so P(order) = 1/2.
# Without A only B → order at once is left: 1/2 · 2/3 = 1/3, so a third of the orders is lost. Without B all are.
MOVES = [
    (BEGIN, "A", 2),
    (BEGIN, "B", 2),
    ("A", "B", 1),
    ("A", NOTHING, 2),
    ("B", ORDER, 2),
    ("B", "A", 1),
]


def test_removal_effects_of_the_worked_example():
    assert removal_effects(MOVES) == pytest.approx({"A": 1 / 3, "B": 1.0})


def test_a_channel_that_leads_to_nothing_has_no_effect():
    effects = removal_effects([(BEGIN, "A", 1), ("A", ORDER, 1), (BEGIN, "C", 5), ("C", NOTHING, 5)])
    assert effects == pytest.approx({"A": 1.0, "C": 0.0})


def test_a_channel_may_follow_itself():
    effects = removal_effects([(BEGIN, "A", 2), ("A", "A", 2), ("A", ORDER, 1), ("A", NOTHING, 1)])
    assert effects == pytest.approx({"A": 1.0})


@pytest.mark.parametrize("moves", [[], [(BEGIN, "A", 3), ("A", NOTHING, 3)]])
def test_without_orders_nothing_can_be_lost(moves):
    assert set(removal_effects(moves).values()) <= {0.0}
