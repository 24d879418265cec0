"""Values that stand where none was given, or for a whole crowd: they say nothing of a person."""

from __future__ import annotations

from collections.abc import Iterable

from cdp.engines import Engine
from cdp.engines.duckdb import literal
from cdp.identity.forms import DEFAULT_DATES
from cdp.identity.settings import DEFAULT_EMAIL_USERS, DEFAULT_PLACEHOLDER_NAMES

_MANY_HOLDERS = 10
_CALLED = "concat(left(given, 1), left(family, 2))"
_ONE_DIGIT = "|".join(f"{digit}{{7,}}$" for digit in range(10))
_STAIRS = "01234567890123456789", "98765432109876543210"


def forget_placeholders(engine: Engine, count: int) -> None:
    """Empty, in table ``people`` of ``count`` records, what points to nobody.

    Contacts of many differently named people, and such as are typed to satisfy a form if more than one name uses them;
    names that are none; birth dates given for want of one.
    """
    mailboxes = f"split_part(v, '@', 1) in ({_listed(DEFAULT_EMAIL_USERS)})"
    typed = f"regexp_matches(v, '{_ONE_DIGIT}') or " + " or ".join(f"contains('{stairs}', v)" for stairs in _STAIRS)
    _forget_contacts(engine, "emails", mailboxes, "email = null, mailbox = null")
    _forget_contacts(engine, "phones", typed, "phone = null")
    _forget_names(engine)
    _forget_dates(engine, count)


def _listed(values: Iterable[str]) -> str:
    return ", ".join(map(literal, values))


def _forget_contacts(engine: Engine, column: str, suspicious: str, first: str) -> None:
    shared = engine.rows(
        f"select v from (select unnest({column}) as v, {_CALLED} as called from people) group by v having "
        f"count(distinct called) >= {_MANY_HOLDERS} or (count(distinct called) > 1 and ({suspicious})) order by v"
    )
    if not shared:
        return
    listed = f"[{_listed(row[0] for row in shared)}]"
    kept = f"nullif(list_filter({column}, lambda v: not list_contains({listed}, v)), [])"
    engine.execute(f"update people set {column} = {kept}, {first} where list_has_any({column}, {listed})")


def _forget_names(engine: Engine) -> None:
    words = "list_concat([given, family], coalesce(other_names, []))"
    names = [sorted(name.split()) for name in DEFAULT_PLACEHOLDER_NAMES]
    listed = ", ".join(f"[{_listed(name)}]" for name in names)
    some = _listed(sorted({word for name in names for word in name}))
    engine.execute(
        "update people set given = null, given_1 = null, family = null, other_names = null, family_words = null "
        f"where coalesce(given in ({some}) or family in ({some}), false) and "
        f"list_contains([{listed}], list_sort(list_filter({words}, lambda v: v is not null)))"
    )


def _forget_dates(engine: Engine, count: int) -> None:
    common = engine.rows(
        "select birth, count(*) as c from people where birth is not null group by birth order by c desc, birth limit 6"
    )
    usual = common[-1][1] if len(common) == 6 else count
    for birth, held in common:
        if held > (3 if birth in DEFAULT_DATES else 10) * usual and held > count / 100:
            engine.execute("update people set birth = null, birth_year = null where birth = $birth", {"birth": birth})
