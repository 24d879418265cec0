"""What a column holds: recognised by its name first, and held against its content."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from cdp.identity.forms import LETTERS
from cdp.identity.generic.column_words import WORDS
from cdp.identity.generic.organisation_words import sounds_like_organisation

NAMES = ("full_name", "given_name", "middle_name", "family_name", "title", "suffix", "organisation")
PLACES = ("house_number", "street", "suburb", "city", "region", "postcode", "country")
CONTACTS = ("email", "phone")
OTHERS = ("birth_date", "birth_year", "age", "gender", "person_number", "trait")
UNUSED = ("id", "source", "label", "ignore")
ROLES = (*NAMES, *PLACES, *CONTACTS, *OTHERS, *UNUSED)


@dataclass(frozen=True)
class Guess:
    """The role of one column, and why."""

    column: str
    role: str
    reason: str


@dataclass(frozen=True)
class Content:
    """A sample of a column: distinct values are lower-case and trimmed; shares are of filled values."""

    values: Sequence[str]
    filled: float
    distinct: float
    count_distinct: int

    @property
    def is_constant(self) -> bool:
        """Whether all of many rows hold the same."""
        return self.count_distinct <= 1 and self.distinct * _FEW_ROWS < 1

    def share(self, pattern: str) -> float:
        """Share of values that the pattern matches in full."""
        return self.share_where(lambda value: re.fullmatch(pattern, value) is not None)

    def share_where(self, test: Callable[[str], bool]) -> float:
        """Share of values that pass the test."""
        return sum(map(test, self.values)) / len(self.values) if self.values else 0.0


DATE = (
    r"\d{4}[-/. ]?\d{1,2}[-/. ]?\d{1,2}([t ].*)?|\d{1,2}[-/. ]\d{1,2}[-/. ]\d{2,4}|"
    r"\d{1,2}[- ]?[a-z]{3,9}[- ,]*\d{2,4}|[a-z]{3,9} \d{1,2},? \d{4}|\d{8}(\.0)?"
)
EMAIL = r"[^@\s]+@[^@\s]+\.[^@\s.]+"
PHONE = r"(?=(.*\d){7})\+?[\d\s().\-/]{7,22}(x\d+)?"
_LETTERS = r"[^\d@]+"
_POSTCODE = (
    r"[a-z]{1,2}\d[\da-z]? ?\d[a-z]{2}|\d{4} ?[a-z]{2}|[a-z]\d[a-z] ?\d[a-z]\d|\d{2}-\d{3}|\d{4,5}-\d{3,4}|\d{3} \d{2}"
)
_STREET = (
    r"\d+[a-z]? [^\W\d].*|[^\W\d].*[^\W\d.]\.?,? \d+ ?[a-z]?|"
    r".*(street|road|avenue| st| rd| ave| lane| drive|strasse|straße|straat|gatan|weg|allee|platz).*|"
    r"(via|viale|rue|calle|plaza|piazza|ul\.|ulica|avenida|rua|boulevard) .*"
)
_BY_NAME = "its name and values"
_FEW_ROWS = 20
_MANY_ORGANISATIONS = 0.3
OF_BOTH = "many values are names of organisations"
"""Why a column is one of organisations whose other values may name people."""
_MORE_FILLED, _MOSTLY = 0.2, 0.5
_OF_PEOPLE = frozenset({"given_name", "family_name", "full_name"})
_SINGLE = _OF_PEOPLE | {"organisation", "birth_date", "email", "phone", "person_number"}
_ONLY_ONE = frozenset(
    {"given_name", "family_name", "full_name", "organisation", "birth_date", "street", "postcode", "gender"}
)
_PEOPLE = frozenset({"email", "phone", "birth_date", "street", "postcode", "gender"})
_GENDERS = frozenset(
    {"m", "f", "male", "female", "man", "woman", "u", "x", "o", "other", "unknown", "w", "d", "nonbinary"}
)


def _holds(role: str, content: Content) -> bool:
    """Whether the values can be what the name says."""
    tests: dict[str, Callable[[], bool]] = {
        "email": lambda: content.share(r".*@.*") > 0.5,
        "phone": lambda: content.share(r".*\d.*") > 0.7 and content.share(r"\D*(\d\D*){6,16}(x\d+)?") > 0.5,
        "birth_date": lambda: content.share(rf"{DATE}|\d{{4}}|\d{{4}}-\d{{2}}") > 0.5,
        "birth_year": lambda: content.share(r"(18|19|20)\d\d(\.0)?") > 0.6,
        "age": lambda: content.share(r"\d{1,3}(\.0)?") > 0.7,
        "gender": lambda: content.count_distinct <= 30,
        "postcode": lambda: content.share(r".*\d.*") > 0.5 and content.share(r".{3,10}") > 0.7,
        "given_name": lambda: content.share(_LETTERS) > 0.5,
        "family_name": lambda: content.share(_LETTERS) > 0.5,
        "full_name": lambda: (
            content.share(_LETTERS) > 0.5
            and (content.count_distinct > 3 or content.distinct == 1 or content.share(r"\S+ \S.*") > 0.7)
        ),
        "house_number": lambda: content.share(r".*\d.*") > 0.5,
        "city": lambda: content.share(_LETTERS) > 0.4,
        "person_number": lambda: content.share(r".*\d.*") > 0.5 and content.distinct > 0.1,
        "source": lambda: content.count_distinct <= 50 and content.filled > 0.95,
        "street": lambda: content.share(r".*[a-z]{3}.*") > 0.4,
    }
    return tests.get(role, lambda: True)()


@cache
def known_given_names() -> frozenset[str]:
    """Names that have a short form, and these short forms, as they are written and as they are compared."""
    from cdp.identity.names import given_names

    return given_names()


def _by_content(content: Content) -> tuple[str, str]:
    if not content.values or content.count_distinct <= 1:
        return "ignore", "says nothing"
    if content.share(EMAIL) > 0.7:
        return "email", "values are addresses with @"
    if content.share(DATE) > 0.8 and _years_of_birth(content):
        return "birth_date", "values are dates of living people"
    if content.share_where(lambda value: value in _GENDERS) > 0.95 and content.count_distinct <= 8:
        return "gender", "a few words for sexes"
    if content.share(_POSTCODE) > 0.7:
        return "postcode", "values have a postcode's form"
    if content.share(PHONE) > 0.8 and content.share(r"\D*(\d\D*){9,15}") > 0.7 and content.distinct > 0.2:
        return "phone", "values have a phone's form"
    if content.share(r"[a-z]?\d{3}[- ]?\d{2}[- ]?\d{4}|\d{7,12}|[a-z]{2}\d{6}[a-z]") > 0.85 and content.distinct > 0.3:
        return "person_number", "numbers of one form, most of them rare"
    if content.share(_LETTERS) > 0.9:
        return _by_words(content)
    if content.share(_STREET) > 0.5:
        return "street", "values are street addresses"
    if content.share(r"\d{5}|\d{4}|\d{6}") > 0.85 and 0.001 < content.distinct < 0.6 and content.count_distinct > 20:
        return "postcode", "values have a postcode's form"
    return "ignore", "not recognised"


def _by_words(content: Content) -> tuple[str, str]:
    if content.share_where(sounds_like_organisation) > _MANY_ORGANISATIONS and content.distinct > 0.2:
        return "organisation", OF_BOTH
    names = known_given_names()
    is_named = content.share_where(lambda value: bool(set(re.split(r"[\s,]+", value)) & names))
    if content.share(r"[^\s,]+,? [^\s]+( .*)?") > 0.7 and is_named > 0.3 and content.distinct > 0.2:
        return "full_name", "several words, among them given names"
    if content.share_where(lambda value: value in names) > 0.3:
        return "given_name", "many known given names"
    if content.distinct > 0.95 and len(content.values) > 50 and content.share(r"(\S+ ){4,}.*") > 0.3:
        return "ignore", "free text"
    return "trait", "words that may tell people apart"


def _years_of_birth(content: Content) -> bool:
    years = [int(found[0]) for value in content.values if (found := re.findall(r"1[5-9]\d\d|20[0-3]\d", value))]
    return bool(years) and len(years) > 0.7 * len(content.values) and max(years) - min(years) >= 15


def guess_role(column: str, content: Content) -> Guess:
    """The role of one column."""
    written = "".join(LETTERS.get(sign, sign) for sign in column.strip())
    bare = "".join(sign for sign in unicodedata.normalize("NFD", written) if not unicodedata.combining(sign))
    plain = re.sub(r"[^a-z0-9]+", "_", re.sub(r"([a-z])([A-Z])", r"\1_\2", bare).lower()).strip("_")
    for pattern, role in WORDS:
        if re.fullmatch(pattern, plain):
            if role in ("id", "label", "ignore"):
                return Guess(column, role, "its name")
            if not content.values or (content.is_constant and role not in ("source", *_SINGLE)):
                return Guess(column, "ignore", "says nothing")
            if role == "full_name" and content.share_where(sounds_like_organisation) > _MANY_ORGANISATIONS:
                return Guess(column, "organisation", OF_BOTH)
            if _holds(role, content):
                return Guess(column, role, _BY_NAME)
            break
    return Guess(column, *_by_content(content))


def guess_roles(contents: Mapping[str, Content], chosen: Mapping[str, str]) -> list[Guess]:
    """The roles of a file's columns; ``chosen`` overrules.

    Without a name that is known, the words that differ most from row to row are taken for names.
    """
    guesses = {name: guess_role(name, content) for name, content in contents.items() if name not in chosen}
    guesses |= _organisations_or_people(guesses, contents)
    named = {guess.role for guess in guesses.values() if guess.reason == _BY_NAME} | set(chosen.values())
    for name, guess in guesses.items():
        if guess.role in named & _ONLY_ONE and guess.reason != _BY_NAME:
            guesses[name] = Guess(name, "ignore", f"another column is the {guess.role.replace('_', ' ')}")
    roles = {guess.role for guess in guesses.values()} | set(chosen.values())
    words = sorted(
        (name for name, guess in guesses.items() if guess.role == "trait" and contents[name].distinct > 0.02),
        key=lambda name: (-contents[name].distinct, name),
    )
    if "given_name" in roles and not roles & {"family_name", "full_name"} and words:
        guesses[words[0]] = Guess(words[0], "family_name", "many different words beside a given name")
    elif len(roles & _PEOPLE) >= 2 and not roles & {"given_name", "family_name", "full_name", "organisation"} and words:
        guesses |= _names_by_variety(words, contents)
    return [Guess(name, chosen[name], "as you said") if name in chosen else guesses[name] for name in contents]


def _organisations_or_people(guesses: Mapping[str, Guess], contents: Mapping[str, Content]) -> dict[str, Guess]:
    """Whom a file with names of both is about: people, unless few records name one and more an organisation."""
    firms = [name for name, guess in guesses.items() if guess.role == "organisation"]
    names = [name for name, guess in guesses.items() if guess.role in _OF_PEOPLE]
    if not firms or not names:
        return {}
    most = max(contents[name].filled for name in names)
    if most < _MOSTLY and max(contents[name].filled for name in firms) > most + _MORE_FILLED:
        return {name: Guess(name, "ignore", "whom to ask for at an organisation") for name in names}
    return {name: Guess(name, "trait", "an organisation beside people") for name in firms}


def _names_by_variety(words: Sequence[str], contents: Mapping[str, Content]) -> dict[str, Guess]:
    """Names beside birth dates, contacts or addresses, whatever the language: the most various words."""
    reason = "the most different words beside what people have"
    if contents[words[0]].share(r"\S+ \S+.*") > 0.7 and contents[words[0]].distinct > 0.3:
        return {words[0]: Guess(words[0], "full_name", reason)}
    single = [name for name in words if contents[name].share(r"[^\s,]+") > 0.6][:2]
    known = known_given_names()
    single.sort(key=lambda name: contents[name].share_where(lambda value: value in known))
    return {name: Guess(name, role, reason) for name, role in zip(single, ("family_name", "given_name"), strict=False)}
