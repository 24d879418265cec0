"""Links that need no model: the same name and something else that is the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from cdp.engines import Engine

if TYPE_CHECKING:
    import pandas as pd

_BESIDE = (("birth",), ("email",), ("phone",), ("street", "house", "postcode"), ("street", "house", "city"))
_MUST_NOT_DIFFER = ("birth", "generation", "gender", "legal")


def certain_pairs(engine: Engine, filled: Mapping[str, float]) -> pd.DataFrame:
    """Pairs (l, r) with the same given and family name and birth date, e-mail, phone, number or whole address.

    Where there are no names at all, the same e-mail address or number. None of birth date, generation, gender and
    legal form may differ. Stars around the first record of each group, not all pairs.
    """
    numbers = [(column,) for column in filled if column.startswith("person_number_")]
    names = ("given", "family")
    if set(names) <= set(filled):
        rules = [(*names, *columns) for columns in (*_BESIDE, *numbers) if set(columns) <= set(filled)]
    elif not set(names) & set(filled):
        rules = [columns for columns in (("email",), *numbers) if set(columns) <= set(filled)]
    else:
        rules = []
    differ = [column for column in _MUST_NOT_DIFFER if column in filled]
    agree = " and ".join(f"coalesce(l.{column} = r.{column}, true)" for column in differ) or "true"
    selects = []
    for columns in rules:
        keys = ", ".join(columns)
        kept = " and ".join(f"{column} is not null" for column in columns)
        selects.append(
            f"select first.n as l, r.n as r from (select min(n) as n, {keys} from people where {kept} group by {keys}) "
            f"as first inner join people as r using ({keys}) inner join people as l on first.n = l.n "
            f"where r.n > first.n and {agree}"
        )
    if not selects:
        selects = ["select n as l, n as r from people where false"]
    return engine.frame(f"select distinct l, r from ({' union all '.join(selects)}) order by l, r")
