"""Named rules over profiles and events, who fulfils them, and since when."""

from __future__ import annotations

from cdp.segments.build import SEGMENT_TABLES, SegmentSummary, build_segments
from cdp.segments.catalog import SQL_TABLES
from cdp.segments.check import check_segment, faults_of_segment
from cdp.segments.compile import count_sql, segment_sql
from cdp.segments.counting import Query, count_segment
from cdp.segments.definition import Condition, SegmentDefinition

__all__ = [
    "SEGMENT_TABLES",
    "SQL_TABLES",
    "Condition",
    "Query",
    "SegmentDefinition",
    "SegmentSummary",
    "build_segments",
    "check_segment",
    "count_segment",
    "count_sql",
    "faults_of_segment",
    "segment_sql",
]
