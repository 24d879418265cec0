"""Evaluate all segments of a workspace and carry their history forward."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from cdp.contracts.published import FACTS
from cdp.engines import Engine
from cdp.errors import CdpError, EngineError
from cdp.segments.catalog import Kind
from cdp.segments.check import check_segment
from cdp.segments.compile import segment_sql
from cdp.segments.definition import SegmentDefinition
from cdp.steps import run_steps, tables_read

SEGMENT_TABLES = ("segments", "segment_memberships")
"""What the stage hands on."""

_HISTORY = "segment varchar, customer_id varchar, valid_from date, valid_to date"


@dataclass(frozen=True)
class SegmentSummary:
    """Members per segment, and how many came and left on the business date."""

    count_members: Mapping[str, int]
    count_entered: int
    count_left: int
    tables: tuple[str, ...] = SEGMENT_TABLES


def build_segments(
    engine: Engine,
    definitions: Sequence[SegmentDefinition],
    *,
    as_of: datetime,
    previous: bool,
    business_date: date | None = None,
    attributes: Mapping[str, Kind] | None = None,
) -> SegmentSummary:
    """Make ``segments`` and ``segment_memberships`` in the engine.

    ``as_of`` is the exclusive end of the business date in UTC; ``business_date`` is that date, by
    default the UTC date just before ``as_of``. With ``previous`` the engine holds
    ``prev_segment_memberships`` of the last run. ``attributes`` are columns that a workspace adds to profiles.
    Reads profiles, canonical facts and the tables that know their owners. Raises ``CdpError`` for a definition that
    names what does not exist.
    """
    day = business_date or (as_of - timedelta(microseconds=1)).date()
    _refuse_faulty(definitions, attributes)
    queries = {definition.name: segment_sql(definition) for definition in definitions}
    if not previous:
        engine.drop("prev_segment_memberships")
        engine.execute(f"create temp table prev_segment_memberships ({_HISTORY})")
    tables = _customer_views(engine, queries.values())
    _evaluate(engine, definitions, tables, as_of)
    _register_definitions(engine, definitions, queries, as_of)
    run_steps(engine, "segments", {"business_date": day})
    for view in ("current_members", "segment_definitions", *tables.values()):
        engine.drop(view)
    counts = {str(name): int(n) for name, n in engine.rows("select segment, count_members from segments")}
    entered, left = engine.rows(
        "select count(*) filter (where valid_from = $day), count(*) filter (where valid_to = $day) "
        "from segment_memberships",
        {"day": day},
    )[0]
    return SegmentSummary(counts, int(entered), int(left))


def _refuse_faulty(definitions: Sequence[SegmentDefinition], attributes: Mapping[str, Kind] | None) -> None:
    names = [definition.name for definition in definitions]
    faults = [f"{name}: the name stands twice" for name in sorted({n for n in names if names.count(n) > 1})]
    for definition in definitions:
        faults += [f"{definition.name}: {message}" for message in check_segment(definition, attributes)]
    if faults:
        raise CdpError("segments cannot be built:\n" + "\n".join(faults), "correct them, then `cdp check`")


def _customer_views(engine: Engine, queries: Iterable[str]) -> dict[str, str]:
    """Facts with their customer joined in, for the tables that the queries read: name → view."""
    read = {table for sql in queries for table in tables_read(sql)}
    views: dict[str, str] = {}
    for item in FACTS:
        if item.table in read:
            view = f"published_{item.table}"
            engine.drop(view)
            engine.execute(f"create temp view {view} as {item.select()}")
            views[item.table] = view
    return views


def _evaluate(
    engine: Engine, definitions: Sequence[SegmentDefinition], tables: Mapping[str, str], as_of: datetime
) -> None:
    """Fill ``current_members``: one row per segment and member."""
    engine.execute("create or replace temp table current_members (segment varchar, customer_id varchar)")
    for definition in definitions:
        members = segment_sql(definition, tables=tables, dialect=engine.name)
        try:
            engine.execute(
                f"insert into current_members select '{definition.name}', customer_id from ({members}) as found",
                {"as_of": as_of},
            )
        except EngineError as error:
            raise CdpError(
                f"segment {definition.name} in pipelines/segments: {error.message.splitlines()[0]}",
                "correct its file, then `cdp check`; values that may not convert: try_cast(… as …)",
            ) from error


def _register_definitions(
    engine: Engine, definitions: Sequence[SegmentDefinition], queries: Mapping[str, str], as_of: datetime
) -> None:
    import pandas as pd

    rows = [
        (
            definition.name,
            definition.title,
            definition.description,
            definition_yaml(definition),
            segment_sql(definition, as_of=as_of),
        )
        for definition in definitions
        if definition.name in queries
    ]
    columns = ["segment", "title", "description", "definition", "sql"]
    engine.register("segment_definitions", pd.DataFrame(rows, columns=columns, dtype="str"))


def definition_yaml(definition: SegmentDefinition) -> str:
    """A definition as the YAML text that a person would write."""
    import yaml

    content = definition.model_dump(mode="json", exclude_none=True)
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=100)
