"""How alike two people are, field by field, in levels. Conditions are Splink's: columns end in ``_l`` and ``_r``."""

from __future__ import annotations

from collections.abc import Mapping

from cdp.engines import Engine
from cdp.identity.generic.levels import Comparison, Level, alike, by_rarity, crosswise, equal, null, one_slip, slip
from cdp.identity.generic.mixture import BIRTH, EMAIL, FAMILY, GIVEN, PHONE, PLACE, SELF, TRAIT

_SWAPPED = f"{crosswise('given_l', 'family_r')} and {crosswise('family_l', 'given_r')}"


def _given(*, is_small: bool) -> Comparison:
    # "Marie" and "Markus" are two names, and few records cannot teach how seldom one is written for the other
    spelled = "(given_forms_l is null or given_forms_r is null) and " if is_small else ""
    levels = (
        *by_rarity("given", "given name", (0.22, 0.22, 0.22)),
        Level("names swapped", _SWAPPED, 0.02),
        Level("one letter off", f"{spelled}{slip('given')}", 0.08),
        Level("short form", "list_contains(given_forms_l, given_r)", 0.06),
        Level(
            "a middle name",
            "(list_contains(other_names_l, given_r) or list_contains(other_names_r, given_l))",
            0.03,
        ),
        Level("alike", f"{spelled}{alike('given', 0.88)}", 0.04),
        Level("initial", "given_1_l = given_1_r and least(length(given_l), length(given_r)) = 1", 0.03),
        Level(
            "the only name, the other's family name",
            f"((family_l is null and {crosswise('given_l', 'family_r')}) or "
            f"(family_r is null and {crosswise('given_r', 'family_l')}))",
            0.02,
        ),
        Level("somewhat alike", f"{spelled}{alike('given', 0.75)}", 0.02),
    )
    return Comparison("given_name", ("given", "family"), null("given"), levels, GIVEN, 0.1)


def _family(*, of_organisations: bool) -> Comparison:
    levels = (
        *by_rarity("family", "family name", (0.25, 0.25, 0.25)),
        Level("names swapped", _SWAPPED, 0.02),
        Level("one letter off", slip("family"), 0.1),
        Level(
            "part of the other",
            "((least(length(family_l), length(family_r)) > 3 and (contains(family_l, family_r) or "
            "contains(family_r, family_l))) or list_has_any(list_filter(family_words_l, lambda v: length(v) > 3), "
            "family_words_r) or list_contains(other_names_l, family_r) or "
            f"list_contains(other_names_r, family_l) or {crosswise('family_l', 'given_r')} or "
            f"{crosswise('family_r', 'given_l')})",
            0.03,
        ),
        Level("alike", alike("family", 0.88), 0.04),
        Level("somewhat alike", alike("family", 0.75), 0.01),
    )
    most_different = 0.05 if of_organisations else 0.25  # people marry
    return Comparison("family_name", ("family", "given"), null("family"), levels, FAMILY, most_different)


def _other_names() -> Comparison:
    levels = (
        Level("same", f"{equal('other_names')} and length(other_names_l[1]) > 1", 0.6),
        Level(
            "one in common",
            "len(list_filter(list_intersect(other_names_l, other_names_r), lambda v: length(v) > 1)) > 0",
            0.1,
        ),
        Level(
            "same initial",
            "list_has_any(list_transform(other_names_l, lambda v: left(v, 1)), "
            "list_transform(other_names_r, lambda v: left(v, 1)))",
            0.2,
        ),
    )
    return Comparison("other_names", ("other_names",), null("other_names"), levels, GIVEN)


_GENERATION = "abs(cast(birth_year_l as integer) - cast(birth_year_r as integer)) between 16 and 45"


def _birth(*, is_small: bool) -> Comparison:
    # a year that is off by decades may be a slip and may be a father's: few records cannot teach which
    near = f"not {_GENERATION}" if is_small else "true"
    levels = (
        Level("same, not 1 January", "birth_l = birth_r and not birth_l like '%0101'", 0.7),
        Level("same", equal("birth"), 0.08),
        Level(
            "one slip, or day and month swapped",
            f"(({one_slip('birth')} and {near}) or "
            "birth_l = concat(left(birth_r, 4), right(birth_r, 2), substr(birth_r, 5, 2)))",
            0.12,
        ),
        Level(
            "same year, one date 1 January",
            "birth_year_l = birth_year_r and (birth_l like '%0101' or birth_r like '%0101')",
            0.03,
        ),
        Level("same day and month", f"right(birth_l, 4) = right(birth_r, 4) and {near}", 0.02),
        Level("same year and month or day", "left(birth_l, 6) = left(birth_r, 6) or (birth_year_l = birth_year_r and "
              "right(birth_l, 2) = right(birth_r, 2))", 0.02),
        Level("same year, or two slips", f"birth_year_l = birth_year_r or ({near} and "
              "jaro_winkler_similarity(birth_l, birth_r) >= 0.75 and levenshtein(birth_l, birth_r) <= 2)", 0.02),
        Level("a generation apart", _GENERATION, 0.005),
    )  # fmt: skip
    return Comparison("birth_date", ("birth",), null("birth"), levels, BIRTH, 0.3, generation=1)


def _suffix(*, has_birth: bool) -> Comparison:
    """Junior and senior are two people; so are junior and one without a suffix who was born a generation apart."""
    alone = f"not coalesce({_GENERATION}, false)" if has_birth else "true"
    unknown = (
        "(generation_l is null and generation_r is null) or "
        f"((generation_l is null or generation_r is null) and {alone})"
    )
    level = Level("same", "coalesce(generation_l = generation_r, false)", 0.99)
    return Comparison("generation", ("generation",), unknown, (level,), SELF, 0.02, is_veto=True)


def _birth_year() -> Comparison:
    levels = (
        Level("same", equal("birth_year"), 0.85),
        Level("one slip", one_slip("birth_year"), 0.1),
    )
    return Comparison("birth_year", ("birth_year",), null("birth_year"), levels, BIRTH, 0.3)


def _age() -> Comparison:
    levels = (
        Level("same", equal("age"), 0.7),
        Level("a year apart", "abs(age_l - age_r) <= 1", 0.2),
        Level("three years apart", "abs(age_l - age_r) <= 3", 0.05),
    )
    return Comparison("age", ("age",), null("age"), levels, BIRTH, 0.3)


def _email() -> Comparison:
    levels = (
        Level("same address", "list_has_any(emails_l, emails_r)", 0.65),
        Level("same mailbox elsewhere", equal("mailbox"), 0.1),
        Level(
            "one or two letters off",
            f"length(mailbox_l) > 5 and {alike('mailbox', 0.75)} and levenshtein(mailbox_l, mailbox_r) <= 2",
            0.1,
        ),
        Level("alike", alike("mailbox", 0.88), 0.05),
    )
    return Comparison("email", ("emails",), null("emails"), levels, EMAIL, 0.6)


def _phone() -> Comparison:
    levels = (
        Level("one in common", "list_has_any(phones_l, phones_r)", 0.6),
        Level("one digit off", one_slip("phone"), 0.05),
    )
    return Comparison("phone", ("phones",), null("phones"), levels, PHONE, 0.6)


def _address() -> Comparison:
    same_house = "coalesce(house_l = house_r, false)"
    levels = (
        Level("same street and number", f"{equal('street')} and {same_house}", 0.5),
        Level("street alike, same number", f"{same_house} and ({alike('street', 0.88)} or {slip('street')})", 0.15),
        Level("same street", equal("street"), 0.1),
        Level("street alike", alike("street", 0.92), 0.05),
        Level("same number", same_house, 0.03),
        Level("street somewhat alike", alike("street", 0.75), 0.02),
    )
    return Comparison("address", ("street",), null("street"), levels, PLACE, 0.6)


def _house() -> Comparison:
    return Comparison("house", ("house",), null("house"), (Level("same", equal("house"), 0.8),), PLACE, 0.6)


def _town(column: str) -> Comparison:
    levels = (
        Level("same rare one", f"{equal(column)} and {column}_rarity_l = 2", 0.4),
        Level("same", equal(column), 0.4),
        Level(
            "alike",
            f"({alike(column, 0.88)} or {slip(column)} or (least(length({column}_l), length({column}_r)) > 3 "
            f"and (contains({column}_l, {column}_r) or contains({column}_r, {column}_l))))",
            0.1,
        ),
    )
    return Comparison(column, (column,), null(column), levels, PLACE, 0.6)


def _postcode() -> Comparison:
    levels = (
        Level("same", equal("postcode"), 0.65),
        Level("one slip", one_slip("postcode"), 0.1),
        Level(
            "same district", "left(postcode_l, length(postcode_l) - 2) = left(postcode_r, length(postcode_r) - 2)", 0.05
        ),
        Level("same area", "left(postcode_l, 2) = left(postcode_r, 2)", 0.05),
    )
    return Comparison("postcode", ("postcode",), null("postcode"), levels, PLACE, 0.6)


def _number(column: str) -> Comparison:
    levels = (
        Level("same", equal(column), 0.8),
        Level("one slip", one_slip(column), 0.1),
        Level(
            "two slips",
            f"length({column}_l) > 6 and {alike(column, 0.7)} and levenshtein({column}_l, {column}_r) <= 2",
            0.03,
        ),
    )
    return Comparison(column, (column,), null(column), levels, SELF, 0.5)


def _trait(column: str) -> Comparison:
    levels = (
        Level("same rare one", f"{equal(column)} and {column}_rarity_l = 2", 0.25),
        Level("same", f"{equal(column)} and {column}_rarity_l = 1", 0.25),
        Level("same common one", equal(column), 0.25),
        Level("alike", alike(column, 0.88), 0.05),
    )
    return Comparison(column, (column,), null(column), levels, TRAIT, 0.8)


def _equality(column: str, least: float, kind: str = SELF) -> Comparison:
    return Comparison(column, (column,), null(column), (Level("same", equal(column), 1 - least),), kind, 2 * least)


_FEW_RECORDS = 300
RARITY_COLUMNS = ("given", "family", "city", "suburb")


def choose_comparisons(filled: Mapping[str, float], records: int) -> list[Comparison]:
    """The comparisons that so many records can feed; ``filled`` says which share of them has each column."""
    least, is_small = 0.01, records < _FEW_RECORDS
    has = {column for column, share in filled.items() if share >= least}
    chosen = [
        comparison
        for comparison in (
            _given(is_small=is_small), _family(of_organisations=filled.get("organisation", 0.0) > 0.5),
            _other_names(), _birth(is_small=is_small), _email(),
            _phone(), _address(), _postcode(), _town("city"), _town("suburb"), _equality("gender", 0.03, TRAIT),
            _equality("legal", 0.1, GIVEN),
            _suffix(has_birth="birth_year" in has),
        )
        if comparison.columns[0] in has
    ]  # fmt: skip
    if "birth" not in has and "birth_year" in has:
        chosen.append(_birth_year())
    if not has & {"birth", "birth_year"} and "age" in has:
        chosen.append(_age())
    if "street" not in has and "house" in has:
        chosen.append(_house())
    if "region" in has and not has & {"city", "postcode", "suburb"}:
        chosen.append(_equality("region", 0.1, PLACE))
    chosen += [_number(column) for column in sorted(has) if column.startswith("person_number_")]
    chosen += [_trait(column) for column in sorted(has) if column.startswith("trait_")]
    return chosen


def add_rarity(engine: Engine, comparisons: list[Comparison]) -> None:
    """Add ``<column>_rarity``: 0 for the values that hold the commonest third of records, 2 for the rarest third."""
    wanted = {
        column
        for comparison in comparisons
        for column in comparison.columns[:1]
        if column in RARITY_COLUMNS or column.startswith("trait_")
    }
    joins, columns = [], []
    for column in sorted(wanted):
        ranked = (
            f"select v, sum(c) over (order by c desc, v) - c / 2.0 as above, sum(c) over () as total from "
            f"(select {column} as v, count(*) as c from people where {column} is not null group by all)"
        )
        engine.create_table(
            f"rarity_{column}",
            f"select v, least(cast(floor(3 * above / total) as integer), 2) as rarity from ({ranked})",
        )
        joins.append(f"left join rarity_{column} on people.{column} = rarity_{column}.v")
        columns.append(f"rarity_{column}.rarity as {column}_rarity")
    forms = "case when given is not null then nickname_lists.given_forms end as given_forms"
    joins.append("left join nickname_lists on people.given = nickname_lists.name")
    origin = "least(dense_rank() over (order by source) - 1, 5) as origin"
    listed = ", ".join(["people.*", *columns, forms, origin])
    engine.create_table("people_ranked", f"select {listed} from people {' '.join(joins)} order by n")
