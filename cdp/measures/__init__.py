"""Measures of customers and of the business: RFM, lifetime value, attribution, journeys, KPIs, attributes."""

from __future__ import annotations

from cdp.measures.build import MEASURED_COLUMNS, MeasureSummary, build_measures
from cdp.measures.moment import Moment

__all__ = ["MEASURED_COLUMNS", "MeasureSummary", "Moment", "build_measures"]
