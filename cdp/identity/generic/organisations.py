"""Names of organisations as two parts that are compared like a person's: what is most their own, and the rest."""

from __future__ import annotations

from cdp.engines import Engine
from cdp.engines.duckdb import literal
from cdp.identity.generic.organisation_words import JOINING, LEGAL_FORMS

_HEAD = 4  # letters by which words are counted: typos and abbreviations mostly come later

_FEWEST = 0.01  # organisations per record; fewer may be slips


def name_organisations(engine: Engine) -> None:
    """Fill, in table ``people``, the names of records with an ``organisation``.

    ``family`` is the word whose beginning fewest records have, ``given`` the other words, ``legal`` the legal form.
    Companies of one owner at one address then share what the members of a family share. Where records name people
    beside organisations, the legal form of these is ``person``: the baker is not the bakery.
    """
    found = int(engine.scalar("select count(organisation) from people"))
    if not found:
        return
    forms = "map {" + ", ".join(f"{literal(word)}: {literal(form)}" for word, form in LEGAL_FORMS.items()) + "}"
    idle = ", ".join(map(literal, [*LEGAL_FORMS, *JOINING]))
    engine.create_table(
        "organisation_names",
        f"""
        with spelled as (
            select n, string_split(organisation, ' ') as every from people where organisation is not null
        ),
        told as (
            select n, list_filter(every, lambda v: not list_contains([{idle}], v)) as own, every from spelled
        ),
        words as (
            select n, unnest(coalesce(nullif(own, []), every)) as word from told
        ),
        counted as (
            select n, word, count(*) over (partition by left(word, {_HEAD})) as held from words
        ),
        ordered as (
            select n, list(distinct word order by word) as words, min(held) as least from counted group by n
        )
        select ordered.n, words, min(word) as own_word from ordered
        inner join counted on ordered.n = counted.n and counted.held = least
        group by ordered.n, words
        """,
    )
    legal = (
        f"list_sort(list_distinct(list_filter(list_transform(string_split(organisation, ' '), lambda v: {forms}[v]), "
        "lambda v: v is not null)))"
    )
    rest = "array_to_string(list_filter(words, lambda v: v <> own_word), '')"
    engine.execute(
        f"update people set family = own_word, given = coalesce(nullif({rest}, ''), own_word), "
        f"given_1 = left(coalesce(nullif({rest}, ''), own_word), 1), family_words = [own_word], other_names = null, "
        f"generation = null, legal = nullif(array_to_string({legal}, ' '), '') "
        "from organisation_names where people.n = organisation_names.n"
    )
    if found > _FEWEST * int(engine.scalar("select count(*) from people")):
        engine.execute(
            "update people set legal = 'person' where organisation is null and coalesce(given, family) is not null"
        )
    engine.drop("organisation_names")
