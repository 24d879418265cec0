"""Measures of customers and of the business: RFM, lifetime value, attribution, journeys, KPIs, attributes."""

from __future__ import annotations

from cdp.measures.build import MEASURED_COLUMNS, MeasureSummary, build_measures

__all__ = ["MEASURED_COLUMNS", "MeasureSummary", "build_measures"]
