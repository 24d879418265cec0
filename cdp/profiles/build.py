"""Build the profile tables from canonical facts and resolved identities."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from cdp.contracts.published import made_by
from cdp.engines import Engine
from cdp.profiles.conservation import check_conservation, doubts
from cdp.profiles.households import link_households
from cdp.profiles.settings import ProfileSettings, Survivorship
from cdp.profiles.survivorship import golden_record_sql, ranked_table, survivorship_sql
from cdp.steps import run_steps

PROFILE_TABLES = tuple(item.table for item in made_by("profiles"))
"""What the stage hands on, as ``cdp/contracts/published.py`` lists it."""

_READ_AFTERWARDS = ("return_currencies", "erasure_matches")


@dataclass(frozen=True)
class ProfileSummary:
    """Counts of one build, for the run's report. ``erasure_unmatched``: ids of requests that match no customer;
    ``doubts``: money without a rate and points that look wrong, in words."""

    count_profiles: int
    count_attributes: int
    count_with_orders: int
    count_erasure_requested: int
    erasure_unmatched: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    tables: tuple[str, ...] = PROFILE_TABLES

    @property
    def count_erasure_unmatched(self) -> int:
        """Erasure requests that match no customer."""
        return len(self.erasure_unmatched)


_UNMATCHED = """
select request_id
from privacy_requests
anti join erasure_matches using (request_id)
where request_type = 'erasure'
    and requested_at < $as_of
order by request_id
"""


def build_profiles(
    engine: Engine,
    settings: ProfileSettings,
    *,
    as_of: datetime,
    currency: str = "EUR",
    business_date: date | None = None,
    time_zone: str = "UTC",
) -> ProfileSummary:
    """Make the tables of ``PROFILE_TABLES`` in the engine.

    ``as_of`` is the exclusive end of the business date, naive and in UTC: facts at or after it do not
    count; ``business_date`` is by default the UTC date just before it, and days of sales are those of ``time_zone``.
    ``currency`` is that of all totals: amounts in others are turned into it by ``exchange_rates``. Reads the canonical
    tables and identity's tables. Raises
    ``StepError`` when one is missing, ``GateError`` when points do not reconcile.
    """
    params: dict[str, object] = {
        "as_of": as_of,
        "business_date": business_date or (as_of - timedelta(microseconds=1)).date(),
        "currency": currency,
        "time_zone": time_zone,
        "low_csat_score": settings.low_csat_score,
        "recent_orders": settings.recent_orders,
        "recent_touchpoints": settings.recent_touchpoints,
    }
    run_steps(engine, "golden", params)
    count_attributes = _build_attributes(engine, settings)
    engine.drop("record_values")
    run_steps(engine, "households", params)
    link_households(engine)
    engine.drop("household_links")
    run_steps(engine, "profiles", params, keep=(*PROFILE_TABLES, *_READ_AFTERWARDS))
    check_conservation(engine, as_of=as_of)
    counts = engine.rows(
        "select count(*), count(*) filter (where count_orders > 0), "
        "count(*) filter (where is_erasure_requested) from profiles"
    )[0]
    unmatched = tuple(str(request) for (request,) in engine.rows(_UNMATCHED, params))
    doubtful = doubts(engine, as_of=as_of)
    for table in (*_READ_AFTERWARDS, "identifier_values", "golden_record", "household_members"):
        engine.drop(table)
    return ProfileSummary(int(counts[0]), count_attributes, int(counts[1]), int(counts[2]), unmatched, doubtful)


def _build_attributes(engine: Engine, settings: ProfileSettings) -> int:
    """Rank every field's values, one table per survivorship entry; stack them, and join those that were chosen."""
    ranked: list[str] = []
    parts: list[str] = []
    for entry in settings.golden_record:
        table = ranked_table(entry)
        engine.create_table(table, survivorship_sql(entry))
        ranked.append(table)
        parts += [_attribute_rows(table, field, entry) for field in entry.fields]
    count = engine.create_table("profile_attributes", "\nunion all\n".join(parts))
    engine.create_table("golden_record", golden_record_sql(settings.golden_record))
    for table in ranked:
        engine.drop(table)
    return count


def _attribute_rows(table: str, field: str, entry: Survivorship) -> str:
    """Select one field's ranked values; a field of a group that its record lacks gives no row."""
    chosen = "true" if entry.policy == "keep_all" else "value_rank = 1"
    return f"""select
    customer_id,
    '{field}' as attribute,
    {field}_value as value,
    feed,
    record_id,
    observed_at,
    {chosen} as is_chosen,
    value_rank as choice_rank,
    reason
from {table}
where {field}_value is not null"""
