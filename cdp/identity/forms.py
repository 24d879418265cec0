"""The forms in which names are compared: what every way of resolving agrees on."""

from __future__ import annotations

import unicodedata
from functools import reduce

_WRITTEN_OUT = (("ae", "a"), ("oe", "o"), ("ue", "u"))  # Müller, Mueller and Muller are one name
LETTERS = {"ß": "ss", "æ": "ae", "ł": "l", "ø": "o", "đ": "d", "\N{LATIN SMALL LETTER DOTLESS I}": "i"}
"""Letters that have no accent to take away."""
TITLES = ("mr", "mrs", "ms", "miss", "mx", "dr", "prof", "sir", "dame", "rev", "herr", "frau", "fraulein", "hr", "fr",
          "mme", "mlle")  # fmt: skip
"""Words before a name that step record_names drops too."""
SUFFIXES = {"jr": "jr", "jnr": "jr", "junior": "jr", "ii": "jr", "sr": "sr", "snr": "sr", "senior": "sr", "iii": "iii",
            "iv": "iv"}  # fmt: skip
"""Words that tell father from son, and the form that step record_names gives them."""

DEFAULT_DATES = ("00010101", "11111111", "17530101", "18991230", "18991231", "19000101", "19010101", "19040101",
                 "19700101", "99991231")  # fmt: skip
"""Dates (YYYYMMDD) that programs write where none was given: they say nothing of a birth."""


def plain_name(name: str) -> str:
    """The form that step record_names gives a part of a name: ``Jürgen`` and ``Juergen`` are ``jurgen``."""
    lowered = "".join(LETTERS.get(sign, sign) for sign in name.strip().lower())
    bare = "".join(sign for sign in unicodedata.normalize("NFD", lowered) if not unicodedata.combining(sign))
    return reduce(lambda text, pair: text.replace(*pair), _WRITTEN_OUT, bare)


def fold_sql(text: str) -> str:
    """SQL for a lower-case text without accents, so that letters written out in two are one."""
    return reduce(lambda folded, pair: f"replace({folded}, '{pair[0]}', '{pair[1]}')", _WRITTEN_OUT, text)
