"""The moment for which measures are computed, as definitions may name it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class Moment:
    """``as_of``: exclusive end of ``business_date`` as naive UTC, in ``time_zone``; money is in ``currency``."""

    as_of: datetime
    business_date: date
    time_zone: str = "UTC"
    currency: str = "EUR"

    def params(self) -> dict[str, object]:
        """The parameters of definitions and steps."""
        return {
            "as_of": self.as_of,
            "business_date": self.business_date,
            "last_day": self.business_date,
            "time_zone": self.time_zone,
            "currency": self.currency,
        }
