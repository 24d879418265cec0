"""What nightly.yaml may say about quality: severity and bounds per feed, check and column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from cdp.contracts.documents import Strict
from cdp.contracts.model import ColumnName

CheckKind = Literal[
    "volume", "null_share", "type_drift", "value_drift", "quantile_drift", "freshness", "silence",
    "quarantine_share", "key_uniqueness", "columns", "promise",
]  # fmt: skip
Severity = Literal["warn", "stop"]
COLUMN_KINDS: frozenset[str] = frozenset({"null_share", "type_drift", "value_drift", "quantile_drift"})
"""Checks that speak of one column each."""


class QualityRule(Strict):
    """What holds for some checks instead of the default; of several that fit, the last one counts."""

    feed: ColumnName | None = Field(default=None, description="the feed; without it every feed")
    check: CheckKind | None = Field(default=None, description="the kind of check; without it every kind")
    column: ColumnName | None = Field(default=None, description="the column; without it every column")
    severity: Literal["warn", "stop", "off"] | None = Field(
        default=None, description="warn: told; stop: nothing is published; off: not judged"
    )
    minimum: float | None = Field(default=None, description="least value, in place of the one from history")
    maximum: float | None = Field(default=None, description="greatest value, in place of the one from history")

    @field_validator("severity", mode="before", json_schema_input_type=Literal["warn", "stop", "off"] | bool | None)
    @classmethod
    def _off_is_a_word(cls, value: object) -> object:
        """YAML reads an unquoted ``off`` as false."""
        return "off" if value is False else value

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        bounded = self.minimum is not None or self.maximum is not None
        if self.severity is None and not bounded:
            raise ValueError("give severity, minimum or maximum")
        if bounded and self.check in {None, "columns", "promise", "key_uniqueness"}:
            raise ValueError("minimum and maximum need a check that has bounds, e.g. volume or null_share")
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            raise ValueError(f"minimum {self.minimum:g} is greater than maximum {self.maximum:g}")
        if self.column is not None and self.check is not None and self.check not in COLUMN_KINDS | {"promise"}:
            raise ValueError(f"{self.check} speaks of a whole delivery, not of a column")
        return self


@dataclass(frozen=True)
class Ruling:
    """What the rules leave for one check; ``None`` where they say nothing."""

    severity: Literal["warn", "stop", "off"] | None = None
    minimum: float | None = None
    maximum: float | None = None


def ruling(rules: Sequence[QualityRule], feed: str, check: str, column: str | None = None) -> Ruling:
    """What the rules say about a check of a feed: for each word, the last rule that fits and has it."""
    severity: Literal["warn", "stop", "off"] | None = None
    minimum = maximum = None
    for rule in rules:
        if rule.feed not in {None, feed} or rule.check not in {None, check} or rule.column not in {None, column}:
            continue
        severity = rule.severity or severity
        if rule.minimum is not None or rule.maximum is not None:
            minimum, maximum = rule.minimum, rule.maximum
    return Ruling(severity, minimum, maximum)
