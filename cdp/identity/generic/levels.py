"""Degrees of agreement between two values, as SQL conditions: columns end in ``_l`` and ``_r``."""

from __future__ import annotations

from dataclasses import dataclass

from cdp.identity.generic.mixture import SELF, Prior


@dataclass(frozen=True)
class Level:
    """One degree of agreement, and how often two records of one person are believed to show it."""

    label: str
    condition: str
    m: float


@dataclass(frozen=True)
class Comparison:
    """Levels are tried from the strongest down; what meets none "differs"."""

    name: str
    columns: tuple[str, ...]
    unknown: str
    levels: tuple[Level, ...]
    kind: str = SELF
    most_different: float = 0.5
    is_veto: bool = False
    generation: int | None = None

    @property
    def prior(self) -> Prior:
        """Beliefs, from "differs" upwards."""
        rest = max(1 - sum(level.m for level in self.levels), 0.01)
        listed = [rest, *(level.m for level in reversed(self.levels))]
        return Prior(tuple(m / sum(listed) for m in listed), self.most_different, self.kind, self.generation)

    def case(self) -> str:
        """SQL: -1 unknown, 0 differs, upwards more alike."""
        tries = " ".join(
            f"when {level.condition} then {len(self.levels) - number}" for number, level in enumerate(self.levels)
        )
        return f"case when {self.unknown} then -1 {tries} else 0 end"


def null(*columns: str) -> str:
    """Whether a side is unknown."""
    return " or ".join(f"{column}_l is null or {column}_r is null" for column in columns)


def equal(column: str) -> str:
    """The same value."""
    return f"{column}_l = {column}_r"


def alike(column: str, least: float) -> str:
    """Spelled alike, by Jaro and Winkler (1990)."""
    return f"jaro_winkler_similarity({column}_l, {column}_r) >= {least}"


def one_slip(column: str) -> str:
    """One letter more, less or other, or two neighbours swapped; the cheap test comes first."""
    return f"({alike(column, 0.8)} and damerau_levenshtein({column}_l, {column}_r) <= 1)"


def slip(column: str, longer_than: int = 3) -> str:
    """One slip in a word long enough."""
    return f"(length({column}_l) > {longer_than} and {one_slip(column)})"


def by_rarity(column: str, label: str, shares: tuple[float, float, float]) -> tuple[Level, ...]:
    """The same value, rare or common."""
    return (
        Level(f"same rare {label}", f"{equal(column)} and {column}_rarity_l = 2", shares[0]),
        Level(f"same {label}", f"{equal(column)} and {column}_rarity_l = 1", shares[1]),
        Level(f"same common {label}", equal(column), shares[2]),
    )


def crosswise(one: str, other: str, least: float = 0.88) -> str:
    """A word that stands in the one column here and, spelled alike, in the other there."""
    return f"(left({one}, 1) = left({other}, 1) and jaro_winkler_similarity({one}, {other}) >= {least})"
