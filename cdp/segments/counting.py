"""Count a segment anywhere that answers queries on the published tables."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from cdp.segments.compile import count_sql
from cdp.segments.definition import SegmentDefinition

if TYPE_CHECKING:
    import pandas as pd


class Query(Protocol):
    """Answers a select over the published tables; parameters are written ``$name``."""

    def __call__(self, sql: str, params: Mapping[str, object], /) -> pd.DataFrame:
        """The result as a frame."""
        ...


def count_segment(query: Query, definition: SegmentDefinition, *, as_of: datetime) -> int:
    """Number of members a definition has in the published tables, without storing anything."""
    return int(query(count_sql(definition, as_of=as_of), {})["count_members"].sum())
