"""People who are easily confused, in invented towns: each kind apart, and one person still one."""

from __future__ import annotations

import pytest
from identity.test_resolve import Night
from identity.town import add_lookalikes, build_town, pair_scores

WRONG_AT_MOST = 0.05


@pytest.fixture(scope="module", params=[21, 22, 23])
def night(request, tmp_path_factory):
    town = build_town(220, request.param)
    asked = add_lookalikes(town, request.param)
    return Night(town, tmp_path_factory.mktemp("lookalikes")), asked, town


KINDS = (
    "joint_account", "shared_mailbox", "mailbox_of_another", "father_and_son", "said_junior", "bare_card", "slips",
    "wedding", "second_login",
)  # fmt: skip


def test_every_kind_is_asked(night):
    assert tuple(night[1]) == KINDS


@pytest.mark.parametrize("kind", KINDS)
def test_lookalikes_stay_apart_and_one_person_stays_one(night, kind):
    resolved, asked, _ = night
    wrong = [
        pair for pair in asked[kind] if (resolved.customer_of[pair[0]] == resolved.customer_of[pair[1]]) != pair[2]
    ]
    assert len(wrong) <= WRONG_AT_MOST * len(asked[kind]), wrong


def test_the_rest_of_the_town_is_found_as_before(night):
    resolved, _, town = night
    precision, recall = pair_scores(resolved.customer_of, town.truth)
    assert precision >= 0.985
    assert recall >= 0.94
