"""Which given names are short forms of one another."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

from cdp.engines import Engine
from cdp.identity.short_forms import short_forms


def nickname_pairs(own: Sequence[Sequence[str]]) -> list[tuple[str, str]]:
    """Pairs of standardised given names of which one is a short form of the other, both ways round.

    ``own`` (lists of a name and its short forms) adds to the ``nicknames`` package, which knows English names, and to
    ``short_forms``, which knows those of other languages.
    """
    from nicknames import NickNamer

    pairs: set[tuple[str, str]] = set()
    packaged: Iterable[tuple[str, Iterable[str]]] = NickNamer.default_lookup().items()
    sources = [*packaged, *((names[0], names[1:]) for names in (*short_forms(), *own) if names)]
    for name, shorter in sources:
        for short in shorter:
            left, right = _plain(name), _plain(short)
            if left != right:
                pairs |= {(left, right), (right, left)}
    return sorted(pairs)


def _plain(name: str) -> str:
    """The form that step record_names gives a given name."""
    lowered = name.strip().lower().replace("ß", "ss").replace("ł", "l").replace("\N{LATIN SMALL LETTER DOTLESS I}", "i")
    bare = "".join(sign for sign in unicodedata.normalize("NFD", lowered) if not unicodedata.combining(sign))
    return bare.replace("ae", "a").replace("oe", "o").replace("ue", "u")


def register_names(engine: Engine, own: Sequence[Sequence[str]], placeholders: Sequence[str]) -> None:
    """Make tables ``nickname_pairs``, ``nickname_lists`` (name, given_forms) and ``placeholder_names``."""
    import pandas as pd

    pairs = pd.DataFrame(nickname_pairs(own), columns=["name_l", "name_r"], dtype="string")
    engine.register("nickname_pairs", pairs)
    engine.create_table(
        "nickname_lists",
        "select name_l as name, list_sort(list_append(list(distinct name_r), name_l)) as given_forms "
        "from nickname_pairs group by name_l",
    )
    words = pd.DataFrame({"name_words": sorted({_words(name) for name in placeholders})}, dtype="string")
    engine.register("placeholder_names", words)


def _words(name: str) -> str:
    return " ".join("".join(sign if sign.isalpha() else " " for sign in name.lower()).split())
