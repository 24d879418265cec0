"""What a manager reads about identity after a run."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class IdentitySummary:
    """Counts of one resolve. ``continuity`` is the share of known records whose customer id did not change.

    ``continuity_untouched`` is the share of customers that kept their id, of those that no change can have reached;
    ``None`` where none are known, or settings or model are others than last time. ``full_reason`` says why all
    records were resolved; it is empty when only what changed was.
    """

    records: int
    customers: int
    anonymous_customers: int
    needs_review: int
    minted: int
    merged: int
    split: int
    retired: int
    continuity: float | None
    largest_cluster: int
    blocked_values: int
    identifier_links: int
    identifier_links_cut: int
    model_links: int
    model_links_cut: int
    model: str
    model_reason: str
    full_reason: str
    touched_records: int | None
    continuity_untouched: float | None
    seconds: dict[str, float] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """For manifests and logs."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}

    def __str__(self) -> str:
        known = self.customers - self.anonymous_customers
        steady = "first run" if self.continuity is None else f"{self.continuity:.2%} of records kept their customer"
        extent = (
            f"all records compared ({self.full_reason})"
            if self.full_reason
            else f"{self.touched_records or 0:,} records looked at"
        )
        return (
            f"{self.records:,} records → {known:,} customers and {self.anonymous_customers:,} anonymous; {steady}; "
            f"{self.merged:,} merged, {self.split:,} split, {self.needs_review:,} to review; "
            f"{extent}; model {self.model}" + (f" ({self.model_reason})" if self.model_reason else "")
        )
