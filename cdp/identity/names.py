"""Which given names are short forms of one another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from cdp.engines import Engine
from cdp.identity.forms import DEFAULT_DATES, plain_name
from cdp.identity.short_forms import short_forms


def nickname_pairs(own: Sequence[Sequence[str]]) -> list[tuple[str, str]]:
    """Pairs of standardised given names of which one is a short form of the other, both ways round.

    ``own`` (lists of a name and its short forms) adds to the ``nicknames`` package, which knows English names, and to
    ``short_forms``, which knows those of other languages.
    """
    pairs: set[tuple[str, str]] = set()
    for name, *shorter in (*_known(), *(names for names in own if names)):
        for short in shorter:
            left, right = plain_name(name), plain_name(short)
            if left != right:
                pairs |= {(left, right), (right, left)}
    return sorted(pairs)


def given_names() -> frozenset[str]:
    """Names that have a short form, and these short forms: in lower case as they are written, and standardised."""
    written = {name.lower() for names in _known() for name in names}
    return frozenset(written | set(map(plain_name, written)))


def _known() -> Iterator[Sequence[str]]:
    from nicknames import NickNamer

    packaged: Iterable[tuple[str, Iterable[str]]] = NickNamer.default_lookup().items()
    yield from ([name, *shorter] for name, shorter in packaged)
    yield from short_forms()


def register_names(engine: Engine, own: Sequence[Sequence[str]], placeholders: Sequence[str]) -> None:
    """Make ``nickname_pairs``, ``nickname_lists`` (name, given_forms), ``placeholder_names`` and ``default_dates``."""
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
    engine.register("default_dates", pd.DataFrame({"birth_date": DEFAULT_DATES}, dtype="string"))


def _words(name: str) -> str:
    return " ".join("".join(sign if sign.isalpha() else " " for sign in name.lower()).split())
