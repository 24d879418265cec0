"""Which pairs are worth comparing: every rule is measured on the data before it is used."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from cdp.engines import Engine

_SMALL = 4_000_000  # pairs that cost next to nothing
_PER_RECORD = 6
_RULE_SHARE = 0.2
_FULL = 1_000_000  # so few possible pairs that all are compared


@dataclass(frozen=True)
class Rule:
    """Records that agree on ``key`` (SQL over ``people``) are compared; ``explode``: the key is a list."""

    label: str
    key: str
    needs: tuple[str, ...]
    explode: bool = False


_EVERY = Rule("every pair", "", ())


@dataclass(frozen=True)
class UsedRule:
    """A rule as it was used: groups of more than ``largest_group`` records were left out."""

    rule: Rule
    largest_group: int
    pairs: int
    is_whole: bool


def _all_of(*parts: str) -> str:
    return f"hash({', '.join(parts)})"


def _rule(*needs: str) -> Rule:
    return Rule(" + ".join(needs), _all_of(*needs), needs)


_NAME_WORDS = (
    "list_distinct(list_filter(list_concat([given, family], coalesce(other_names, []), coalesce(family_words, [])), "
    "lambda v: length(v) > 1))"
)


def _words_with(column: str) -> Rule:
    return Rule(
        f"any name + {column}", f"list_transform({_NAME_WORDS}, lambda v: hash(v, {column}))", ("given", column), True
    )


def candidate_rules(columns: Collection[str], numbers: Collection[str]) -> list[Rule]:
    """Every rule whose columns the data has."""
    both = "hash(least(given, family), greatest(given, family))"
    rules = [
        Rule("e-mail", "list_transform(emails, lambda v: hash(v))", ("emails",), True),
        Rule("phone", "list_transform(phones, lambda v: hash(v))", ("phones",), True),
        *(Rule(name, f"hash({name})", (name,)) for name in numbers),
        Rule("given + family name, either way", both, ("given", "family")),
        _rule("mailbox"),
        _rule("birth"),
        _words_with("birth"),
        _words_with("postcode"),
        _words_with("city"),
        _words_with("street"),
        _words_with("mailbox"),
        _rule("birth", "postcode"),
        _rule("birth", "city"),
        _rule("birth", "suburb"),
        _rule("street", "house"),
        _rule("street", "postcode"),
        _rule("house", "postcode"),
        _rule("street", "suburb"),
        _rule("street", "city"),
        _rule("birth", "house"),
        Rule("family[:3] + given[:1] + birth year", _all_of("left(family, 3)", "given_1", "birth_year"),
             ("family", "given", "birth_year")),
        Rule("given + birth year", _all_of("given", "birth_year"), ("given", "birth_year")),
        Rule("family + birth year", _all_of("family", "birth_year"), ("family", "birth_year")),
        Rule("family[:4] + postcode[:3]", _all_of("left(family, 4)", "left(postcode, 3)"), ("family", "postcode")),
        Rule("given + family[:3]", _all_of("given", "left(family, 3)"), ("given", "family")),
        Rule("family + given[:1]", _all_of("family", "given_1"), ("given", "family")),
        Rule("family[:3] + city", _all_of("left(family, 3)", "city"), ("family", "city")),
        Rule("given + day and month", _all_of("given_1", "left(family, 2)", "right(birth, 4)"),
             ("given", "family", "birth")),
        Rule("given + age", _all_of("given", "age", "left(family, 2)"), ("given", "family", "age")),
        _rule("family"),
        _rule("given"),
        _rule("postcode"),
    ]  # fmt: skip
    return [rule for rule in rules if set(rule.needs) <= set(columns)]


def make_pairs(engine: Engine, rules: list[Rule], records: int, *, between_sources: bool = False) -> list[UsedRule]:
    """Make table ``candidate_pairs`` (l, r: record numbers, l < r), and say which rules were used.

    Cheapest rules first, each at most a fifth of the budget, until it is spent; a rule that would cost more loses
    its largest groups. The budget grows with the number of records.
    """
    possible = records * (records - 1) // 2
    across = "and l.source <> r.source" if between_sources else ""
    if possible <= _FULL:
        engine.create_table(
            "candidate_pairs",
            f"select l.n as l, r.n as r from people as l inner join people as r on l.n < r.n {across}",
        )
        return [UsedRule(_EVERY, records, possible, True)]
    budget = max(_SMALL, _PER_RECORD * records)
    used = sorted(
        (_measure(engine, number, rule, int(budget * _RULE_SHARE)) for number, rule in enumerate(rules)),
        key=lambda one: one.pairs,
    )
    kept: list[UsedRule] = []
    for one in used:
        if one.pairs and sum(other.pairs for other in kept) + one.pairs <= budget:
            kept.append(one)
    selects = [
        f"select l.n as l, r.n as r from {_table(rules, one)} as l inner join {_table(rules, one)} as r "
        f"on l.key = r.key and l.n < r.n {across}"
        for one in kept
    ] or ["select n as l, n as r from people where false"]
    engine.create_table("candidate_pairs", f"select distinct l, r from ({' union all '.join(selects)})")
    for number in range(len(rules)):
        engine.drop(f"block_{number}")
    return kept


def uncompared(rules: Sequence[Rule], used: Sequence[UsedRule]) -> list[Rule]:
    """The rules that would select more pairs than are compared."""
    whole = {one.rule for one in used if one.is_whole}
    return [] if _EVERY in whole else [rule for rule in rules if rule not in whole]


def _table(rules: list[Rule], used: UsedRule) -> str:
    return f"block_{rules.index(used.rule)}"


def _measure(engine: Engine, number: int, rule: Rule, most: int) -> UsedRule:
    """Make table ``block_<number>`` (n, key, source) without the groups that are too large."""
    needs = " and ".join(f"{column} is not null" for column in rule.needs)
    key = f"unnest({rule.key})" if rule.explode else rule.key
    engine.create_table("block_all", f"select n, source, {key} as key from people where {needs}")
    engine.create_table("block_sizes", "select key, count(*) as size from block_all group by key having count(*) > 1")
    sizes = engine.rows("select size, count(*) from block_sizes group by size order by size")
    pairs, largest = 0, 1
    for size, groups in sizes:
        more = int(size) * (int(size) - 1) // 2 * int(groups)
        if pairs + more > most:
            break
        pairs, largest = pairs + more, int(size)
    is_whole = not sizes or largest == int(sizes[-1][0])
    engine.create_table(
        f"block_{number}",
        "select n, source, block_all.key from block_all inner join block_sizes as fitting "
        f"on block_all.key = fitting.key where fitting.size <= {largest}",
    )
    engine.drop("block_all")
    return UsedRule(rule, largest, pairs, is_whole)
