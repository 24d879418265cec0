"""What cdp.toml and nightly.yaml say."""

from __future__ import annotations

from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator

from cdp.contracts import Strict
from cdp.quality.settings import QualityRule


class Resources(Strict):
    """How much of the machine a run may take."""

    memory_limit: str | None = Field(default=None, description="e.g. 8GB; default: 80 % of the machine")
    threads: int | None = Field(default=None, ge=1)
    free_disk_gb: float = Field(default=1.0, ge=0, description="a run does not begin with less")


class Retention(Strict):
    """How much history is kept."""

    runs: int = Field(default=30, ge=1, description="published versions that stay for rollback")


class WorkspaceConfig(Strict):
    """cdp.toml, the workspace marker."""

    name: str
    engine: Literal["duckdb"] = "duckdb"
    time_zone: str = Field(default="UTC", description="the zone in which a business date ends")
    currency: str = Field(default="EUR", pattern=r"^[A-Z]{3}$")
    inbox: str = Field(default="data/inbox", description="where exports arrive, below the workspace")
    ignore: tuple[str, ...] = Field(default=(), description="globs of inbox files that are nobody's business")
    resources: Resources = Field(default_factory=Resources)
    retention: Retention = Field(default_factory=Retention)

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"{value!r} is not a time zone; e.g. UTC, Europe/London") from error
        return value


class NightlySettings(Strict):
    """nightly.yaml: when a run warns, and when it stops."""

    kind: Literal["nightly"]
    quality_stop: Literal["stop", "warn"] = Field(
        default="stop",
        alias="qualityStop",
        description="whether a finding of severity stop ends the run or only warns",
    )
    quality: tuple[QualityRule, ...] = Field(
        default=(), description="severity and bounds of quality checks; of several that fit, the last one counts"
    )
    minimum_continuity: float = Field(
        default=0.5,
        ge=0,
        le=1,
        alias="minimumContinuity",
        description="least share of known records that keep their customer id; below it nothing is published",
    )
    minimum_untouched_continuity: float = Field(
        default=0.999,
        ge=0,
        le=1,
        alias="minimumUntouchedContinuity",
        description="least share of customers that keep their id, of those whose records and neighbours are as before; "
        "below it nothing is published (not asked where the identity settings or the model changed)",
    )
