"""What ``pipelines/profile.yaml`` may say."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from cdp.contracts.documents import Strict

Policy = Literal["source_priority", "most_recent", "most_frequent", "most_complete", "verified_first", "keep_all"]
GoldenField = Literal[
    "full_name",
    "first_name",
    "last_name",
    "birth_date",
    "gender",
    "email",
    "phone",
    "street",
    "city",
    "postcode",
    "country",
    "loyalty_card",
    "shop_customer_id",
]
GOLDEN_FIELDS: tuple[GoldenField, ...] = GoldenField.__args__  # type: ignore[attr-defined]
IDENTIFIER_FIELDS: frozenset[str] = frozenset({"email", "phone", "loyalty_card", "shop_customer_id"})


class Survivorship(Strict):
    """How one field, or several fields taken together from one record, are chosen among sources."""

    fields: list[GoldenField] = Field(
        min_length=1,
        description="Fields chosen together from one record; a record that has the first field goes before "
        "one that lacks it.",
    )
    policy: Policy = Field(
        description="source_priority: feeds in the order of `sources`; most_recent: latest observation; "
        "most_frequent: named by most records; most_complete: most fields, then longest; verified_first: "
        "named by two feeds or more, then latest; keep_all: every value stands, the latest is shown."
    )
    sources: list[str] = Field(
        default_factory=list, description="Feeds, best first. Feeds not listed come after all of these."
    )

    @model_validator(mode="after")
    def _fits_together(self) -> Survivorship:
        if (self.policy == "source_priority") != bool(self.sources):
            raise ValueError("`sources` belongs to the policy source_priority, and is required there")
        if len(self.fields) > 1 and IDENTIFIER_FIELDS & set(self.fields):
            raise ValueError(f"{', '.join(sorted(IDENTIFIER_FIELDS))} are each chosen alone")
        return self


class ProfileSettings(Strict):
    """Survivorship per field, and the few thresholds that profiles need."""

    golden_record: list[Survivorship] = Field(description="One entry per field or group of fields.")
    low_csat_score: int = Field(default=2, ge=1, le=5, description="CSAT up to this score counts as low.")
    recent_orders: int = Field(default=10, ge=1, le=100, description="Orders kept for display.")
    recent_touchpoints: int = Field(default=10, ge=1, le=200, description="Touchpoints kept for display.")

    @model_validator(mode="after")
    def _covers_every_field_once(self) -> ProfileSettings:
        named = [field for entry in self.golden_record for field in entry.fields]
        doubled = sorted({field for field in named if named.count(field) > 1})
        missing = [field for field in GOLDEN_FIELDS if field not in named]
        if doubled:
            raise ValueError(f"golden_record names {', '.join(doubled)} twice")
        if missing:
            raise ValueError(f"golden_record lacks {', '.join(missing)}")
        return self

    def feeds_named(self) -> dict[tuple[str | int, ...], str]:
        """Feeds of the source priorities by their place in the document, for the workspace to check that they exist."""
        return {
            ("golden_record", number, "sources", rank): feed
            for number, entry in enumerate(self.golden_record)
            for rank, feed in enumerate(entry.sources)
        }
