"""How people, shop assistants and web forms write names, e-mail addresses and card numbers."""

from __future__ import annotations

import unicodedata

from cdp.sample.draws import Draws
from cdp.sample.people import Person

_GERMAN = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss", "ł": "l", "Ł": "L", "\u0131": "i"}
)
_HARD = str.maketrans({"ł": "l", "Ł": "L", "\u0131": "i"})


def plain(text: str) -> str:
    """Return the text in ASCII letters, umlauts spelled out (``Jörg`` → ``Joerg``)."""
    return unicodedata.normalize("NFKD", text.translate(_GERMAN)).encode("ascii", "ignore").decode()


def stripped(text: str) -> str:
    """Return the text without its accents (``Jörg`` → ``Jorg``)."""
    return unicodedata.normalize("NFKD", text.translate(_HARD)).encode("ascii", "ignore").decode()


def western(text: str) -> str:
    """Return the text with every letter that Windows-1252 lacks replaced by its plain form."""
    return "".join(c if c.encode("cp1252", "ignore") else stripped(c) for c in text)


def misspelt(draws: Draws, word: str) -> str:
    """Return the word with one letter dropped, doubled or swapped with its neighbour."""
    if len(word) < 4:
        return word
    at = draws.between(1, len(word) - 2)
    how = draws.between(0, 2)
    if how == 0:
        return word[:at] + word[at + 1 :]
    if how == 1:
        return word[:at] + word[at] + word[at:]
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def first_name(draws: Draws, person: Person, familiar: float = 0.08) -> str:
    """Return the first name, sometimes a nickname, rarely misspelt or without accents."""
    if person.nickname and draws.chance(familiar):
        return person.nickname
    luck = draws.unit()
    if luck < 0.02:
        return misspelt(draws, person.first_name)
    return stripped(person.first_name) if luck < 0.05 else person.first_name


def last_name(draws: Draws, person: Person, instant: int) -> str:
    """Return the surname borne at that time, sometimes without accents or misspelt."""
    name, luck = person.last_name_at(instant), draws.unit()
    if luck < 0.025:
        return misspelt(draws, name)
    return plain(name) if luck < 0.08 else name


def full_name(draws: Draws, person: Person, instant: int) -> str:
    """Return a full name as its bearer types it: cases, nicknames, native script."""
    if person.native_name and draws.chance(0.3):
        return person.native_name
    name = f"{first_name(draws, person)} {last_name(draws, person, instant)}"
    luck = draws.unit()
    return name.lower() if luck < 0.06 else name.upper() if luck < 0.1 else name


def till_name(draws: Draws, person: Person, instant: int) -> str:
    """Return a full name as a shop assistant keys it in."""
    first, last = first_name(draws, person, 0.12), last_name(draws, person, instant)
    form = draws.unit()
    if form < 0.3:
        name = f"{last}, {first}"
    elif form < 0.4:
        name = f"{first[0]}. {last}"
    else:
        name = f"{first} {last}"
    if draws.chance(0.3):
        name = name.upper()
    return western(name + ("  " if draws.chance(0.04) else ""))


def till_email(draws: Draws, email: str) -> tuple[str, bool]:
    """Return an e-mail address as keyed in at the till, and whether it is still a usable address."""
    luck = draws.unit()
    if luck < 0.04:
        return email.replace("@", ""), False
    if luck < 0.06:
        name, domain = email.split("@")
        return f"{misspelt(draws, name)}@{domain}", False
    return (email.upper() if luck < 0.12 else email.capitalize() if luck < 0.16 else email), True


def card_number(draws: Draws, number: str) -> str:
    """Return a card number as the till records it: plain, in groups of four, or with a leading zero."""
    luck = draws.unit()
    if luck < 0.06:
        return " ".join(number[i : i + 4] for i in range(0, len(number), 4))
    return f"0{number}" if luck < 0.09 else number
