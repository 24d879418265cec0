"""What the model compares, and which pairs are worth comparing. Built per run, so per SQL dialect."""

from __future__ import annotations

from typing import Any

# Contacts that are equal were joined before the model runs, and a mailbox often repeats the name; so neither can be
# learned from proved pairs. The m of these levels do not add up to 1: the rest are the pairs joined already.
_MAILBOX = {
    "numbered": (0.12, 0.0005),
    "own": (0.05, 0.0005),
    "letters": (0.04, 0.08),
    "similar": (0.12, 0.0006),
    "home": (0.06, 0.96),
    "else": (0.25, 0.9675),
}
_PHONE = {"same": (0.30, 0.001), "landline": (0.3, 0.1), "else": (0.20, 0.999)}
_ONE_SUFFIX = (0.05, 0.4)
_BIRTH_YEAR = (0.08, 0.004)  # two digits at the end of a mailbox name, of which one in sixty is right by chance
# Same name at the same address, and nothing else to compare: one person, unless father and son have one name. How
# probable that is depends neither on how many customers there are nor on how rare the name is.
SAME_NAME_SAME_ADDRESS = "same name, same address"
SAME_NAME_SAME_ADDRESS_PROBABILITY = 0.94
COMPARISONS = ("given", "household", "birth_date", "mailbox", "phone")
RARITY = {"given": "mw_tf_adj_given", "household": "mw_tf_adj_household"}
ID_COLUMN = "component"


def _fixed(level: Any, probabilities: tuple[float, float]) -> Any:
    m, u = probabilities
    return level.configure(m_probability=m, u_probability=u, fix_m_probability=True, fix_u_probability=True)


_SWAPPED = "(first_std_l = last_std_r and last_std_l = first_std_r)"
_SAME_FAMILY = f"(last_std_l = last_std_r or {_SWAPPED})"
_NEAR_FAMILY = "(levenshtein(last_std_l, last_std_r) <= 1 and length(last_std_l) > 3)"


def _given() -> Any:
    import splink.comparison_level_library as cll
    import splink.comparison_library as cl

    levels = [
        cll.CustomLevel("first_std_l is null or first_std_r is null", "no given name").configure(is_null_level=True),
        _fixed(
            cll.And(_same_home(), cll.CustomLevel("(suffix_std_l is null) <> (suffix_std_r is null)")), _ONE_SUFFIX
        ).configure(label_for_charts="one says junior or senior: there are two of that name"),
        _fixed(_same_home(), (0.3, 0.3)).configure(label_for_charts="same name, same address (below)"),
        cll.CustomLevel(
            "first_std_l <> first_std_r and substr(first_std_l, 1, 1) = substr(first_std_r, 1, 1) "
            "and least(length(first_std_l), length(first_std_r)) = 1",
            "initial",
        ).configure(m_probability=0.11),
        cll.ExactMatchLevel("first_std").configure(
            label_for_charts="same given name",
            m_probability=0.66,
            tf_adjustment_column="first_std",
            tf_adjustment_weight=1.0,
            tf_minimum_u_value=0.0001,
        ),
        cll.CustomLevel(_SWAPPED, "names swapped").configure(m_probability=0.03),
        cll.ArrayIntersectLevel("given_forms").configure(label_for_charts="short form", m_probability=0.1),
        cll.CustomLevel(
            "levenshtein(first_std_l, first_std_r) <= 1 and length(first_std_l) > 3", "one letter off"
        ).configure(m_probability=0.05),
        cll.ElseLevel().configure(m_probability=0.05),
    ]
    return cl.CustomComparison(output_column_name="given", comparison_levels=levels)


def _same_home() -> Any:
    import splink.comparison_level_library as cll

    return cll.ArrayIntersectLevel("home_keys")


def _household() -> Any:
    """Family name and place together: a household shares both, so they are not evidence twice."""
    import splink.comparison_level_library as cll
    import splink.comparison_library as cl

    def same(column: str) -> Any:
        return cll.And(cll.CustomLevel(_SAME_FAMILY), cll.ArrayIntersectLevel(column))

    def near(column: str) -> Any:
        return cll.And(cll.CustomLevel(_NEAR_FAMILY), cll.ArrayIntersectLevel(column))

    no_place = "((postcodes_l is null or postcodes_r is null) and (cities_l is null or cities_r is null))"
    levels = [
        cll.CustomLevel("last_std_l is null or last_std_r is null", "no family name").configure(is_null_level=True),
        _fixed(_same_home(), (0.3, 0.000001)).configure(label_for_charts=SAME_NAME_SAME_ADDRESS),
        same("address_keys").configure(label_for_charts="same family name and address", m_probability=0.3),
        same("postcodes").configure(label_for_charts="same family name and postcode", m_probability=0.03),
        same("cities").configure(label_for_charts="same family name and city", m_probability=0.06),
        _rare(cll.CustomLevel(f"{_SAME_FAMILY} and {no_place}", "same family name, places unknown"), 0.4),
        _rare(cll.CustomLevel(_SAME_FAMILY, "same family name, another place"), 0.08),
        near("address_keys").configure(label_for_charts="family name one letter off, same address", m_probability=0.03),
        cll.ArrayIntersectLevel("address_keys").configure(
            label_for_charts="another family name, same address", m_probability=0.02
        ),
        cll.CustomLevel(_NEAR_FAMILY, "family name one letter off").configure(m_probability=0.05),
        cll.ElseLevel().configure(m_probability=0.03),
    ]
    return cl.CustomComparison(output_column_name="household", comparison_levels=levels)


def _rare(level: Any, m: float) -> Any:
    """A rare family name says more than a common one."""
    return level.configure(
        m_probability=m,
        tf_adjustment_column="last_std",
        tf_adjustment_weight=1.0,
        tf_minimum_u_value=0.00005,
        disable_tf_exact_match_detection=True,
    )


def _year_in_mailbox(said: str, other: str) -> str:
    year = f"substr(birth_date_{said}, 3, 2)"
    return f"(birth_date_{other} is null and array_contains(mailbox_years_{other}, {year}))"


def _birth_date() -> Any:
    import splink.comparison_level_library as cll
    import splink.comparison_library as cl

    levels = [
        _fixed(cll.CustomLevel(" or ".join(_year_in_mailbox(*sides) for sides in ("lr", "rl"))), _BIRTH_YEAR).configure(
            label_for_charts="birth year in the mailbox name"
        ),
        cll.NullLevel("birth_date"),
        cll.ExactMatchLevel("birth_date").configure(m_probability=0.93),
        cll.CustomLevel(
            "levenshtein(birth_date_l, birth_date_r) <= 1 or birth_date_l = "
            "concat(substr(birth_date_r, 1, 4), substr(birth_date_r, 7, 2), substr(birth_date_r, 5, 2))",
            "one digit off, or day and month swapped",
        ).configure(m_probability=0.05),
        cll.ElseLevel().configure(m_probability=0.02),
    ]
    return cl.CustomComparison(output_column_name="birth_date", comparison_levels=levels)


def _mailbox() -> Any:
    import splink.comparison_level_library as cll
    import splink.comparison_library as cl

    levels = [
        cll.CustomLevel("mailboxes_l is null or mailboxes_r is null", "no e-mail").configure(is_null_level=True),
        _fixed(cll.ArrayIntersectLevel("mailboxes_numbered"), _MAILBOX["numbered"]).configure(
            label_for_charts="same mailbox name with digits"
        ),
        _fixed(cll.ArrayIntersectLevel("mailboxes_own"), _MAILBOX["own"]).configure(
            label_for_charts="same mailbox name, not made of the person's name"
        ),
        _fixed(cll.ArrayIntersectLevel("mailboxes"), _MAILBOX["letters"]).configure(
            label_for_charts="same mailbox name, another provider"
        ),
        _fixed(
            cll.CustomLevel(
                "levenshtein(email_l, email_r) <= 2 and length(email_l) >= 12 and "
                "regexp_replace(email_l, '[^0-9]', '', 'g') = regexp_replace(email_r, '[^0-9]', '', 'g')",
                "one or two letters off",
            ),
            _MAILBOX["similar"],
        ),
        _fixed(_same_home(), _MAILBOX["home"]).configure(label_for_charts="other mailboxes under one name and address"),
        _fixed(cll.ElseLevel(), _MAILBOX["else"]),
    ]
    return cl.CustomComparison(output_column_name="mailbox", comparison_levels=levels)


def _phone() -> Any:
    import splink.comparison_level_library as cll
    import splink.comparison_library as cl

    levels = [
        cll.CustomLevel(
            "(mobiles_l is null or mobiles_r is null) and (landlines_l is null or landlines_r is null) "
            "and (phones_l is null or phones_r is null)",
            "nothing to compare",
        ).configure(is_null_level=True),
        _fixed(cll.ArrayIntersectLevel("phones"), _PHONE["same"]).configure(label_for_charts="a phone in common"),
        _fixed(cll.And(cll.Not(_same_home()), cll.ArrayIntersectLevel("landlines")), _PHONE["landline"]).configure(
            label_for_charts="a household's number in common"
        ),
        _fixed(cll.CustomLevel("mobiles_l is null or mobiles_r is null"), (0.3, 0.3)).configure(
            label_for_charts="no mobile to compare"
        ),
        _fixed(cll.ElseLevel(), _PHONE["else"]).configure(label_for_charts="other mobiles"),
    ]
    return cl.CustomComparison(output_column_name="phone", comparison_levels=levels)


BLOCKING_WORDS = (
    "full name and address",
    "family name and postcode",
    "given name and postcode",
    "family name and birth date",
    "given name and birth date",
    "phone",
    "family name and landline",
    "family name and mailbox name",
    "given name and mailbox name",
    "family name and the first letters of the mailbox",
    "full name and city",
    "given and family name swapped",
)
"""What each of ``blocking_rules`` asks two records to share, in the same order."""


def blocking_rules() -> list[Any]:
    """Pairs that share a name and something beside it, or two things beside the name."""
    from splink import block_on

    return [
        block_on("full_name_std", "address_keys", arrays_to_explode=["address_keys"]),
        block_on("last_std", "postcodes", arrays_to_explode=["postcodes"]),
        block_on("first_std", "postcodes", arrays_to_explode=["postcodes"]),
        block_on("last_std", "birth_date"),
        block_on("first_std", "birth_date"),
        block_on("phones", arrays_to_explode=["phones"]),
        block_on("last_std", "landlines", arrays_to_explode=["landlines"]),
        block_on("last_std", "mailboxes", arrays_to_explode=["mailboxes"]),
        block_on("first_std", "mailboxes", arrays_to_explode=["mailboxes"]),
        block_on("last_std", "substr(email, 1, 4)"),
        block_on("full_name_std", "cities", arrays_to_explode=["cities"]),
        "l.first_std = r.last_std and l.last_std = r.first_std",
    ]


def model_settings(unique_id: str = ID_COLUMN) -> Any:
    """Splink settings with nothing learned yet."""
    from splink import SettingsCreator

    return SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name=unique_id,
        comparisons=[_given(), _household(), _birth_date(), _mailbox(), _phone()],
        blocking_rules_to_generate_predictions=blocking_rules(),
        retain_matching_columns=False,
        retain_intermediate_calculation_columns=True,
    )
