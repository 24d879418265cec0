"""Short forms of given names are known in several languages, and a company's own are added."""

from __future__ import annotations

import pytest

from cdp.identity.names import nickname_pairs
from cdp.identity.settings import IdentitySettings


@pytest.mark.parametrize(
    ("name", "short"),
    [("robert", "bob"), ("katharina", "kathi"), ("gunther", "gunni"), ("francisco", "paco"), ("tomasz", "tomek")],
)
def test_short_forms_of_several_languages_are_known_without_settings(name, short):
    pairs = set(nickname_pairs(IdentitySettings().nicknames))
    assert {(name, short), (short, name)} <= pairs


def test_own_short_forms_are_added_in_the_standard_spelling():
    own = set(nickname_pairs([["Jürgen", "Joe-Joe"]])) - set(nickname_pairs([]))
    assert own == {("jurgen", "jo-jo"), ("jo-jo", "jurgen")}
