"""Which records tonight's changes can reach through identifiers, families and decisions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cdp.engines import Engine
from cdp.identity.identifier_graph import make
from cdp.identity.incremental.digests import find_changes
from cdp.identity.incremental.scope import DELIVERED_IDENTIFIERS, DELIVERED_RECORDS, open_identifiers, open_records
from cdp.identity.incremental.state import DECISION_KEY, VALUE_KEY, KeptState, before
from cdp.identity.settings import IdentitySettings

_RECORDS = before("identity_state_records")
_VALUES = before("identity_state_values")
_PHONES = before("identity_state_phones")
_DECISIONS = before("identity_state_decisions")
_BLOCKED = before("blocked_identifiers")


def keep_values(engine: Engine) -> None:
    """Make ``identity_state_values`` (value_key, record_key) from the standard identifiers of all records."""
    engine.create_table(
        "identity_state_values",
        f"select distinct {VALUE_KEY} as value_key, hash(record_id) as record_key from standard_identifiers",
    )


@dataclass(frozen=True)
class Touched:
    """How far tonight's changes reach; the records are in table ``touched_records``, lost ones in ``gone_records``."""

    changed: int
    gone: int
    records: int


_CHANGED = """
select record_key
from night_changes
union
-- seen at a time that lies ahead tonight and did not in the last run, or the other way about
select hash(record_id) as record_key
from {records}
where (first_observed_at >= $from_at and first_observed_at < $to_at)
    or (last_observed_at >= $from_at and last_observed_at < $to_at)
union
select hash(said.record_id) as record_key
from {identifiers} as said
semi join altered_phones as altered
    on said.identifier_value = altered.identifier_value and coalesce(said.country, '') = altered.country
where said.identifier_type = 'phone'
union
select hash(record_id) as record_key
from altered_decisions
where record_id is not null
"""
_ALTERED_PHONES = """
select
    chosen.identifier_value,
    chosen.country
from phone_numbers as chosen
inner join {phones} as kept
    on chosen.identifier_value = kept.identifier_value and chosen.country = kept.country and kept.position = 0
where chosen.phone_std is distinct from kept.phone_std or chosen.is_landline <> kept.phone_is_landline
"""
_ALTERED_DECISIONS = f"""
with
tonight as (
    select *, {DECISION_KEY} as decision_key
    from steward_decisions
),

altered as (
    select * from tonight anti join {{decisions}} using (decision_key)
    union all by name
    select * from {{decisions}} anti join tonight using (decision_key)
)

select record_id_l as record_id, identifier_type, identifier_value from altered
union all
select record_id_r, identifier_type, identifier_value from altered
"""
_TOUCHED_VALUES = f"""
select value_key
from {{values}} as kept
semi join changed_records on kept.record_key = changed_records.record_key
union
select value_key
from changed_values
union
select {VALUE_KEY} as value_key
from altered_decisions
where identifier_value is not null
"""


def find_touched(engine: Engine, settings: IdentitySettings, kept: KeptState, as_of: datetime) -> Touched:
    """The records whose customer may be another one tonight.

    Makes ``touched_records`` and ``gone_records`` (record_key), ``night_values``, and ``blocked_tonight``: the blocked
    identifiers, judged anew by their totals where a value's carriers changed.
    """
    span = {"from_at": min(kept.as_of, as_of), "to_at": max(kept.as_of, as_of)}
    find_changes(engine)
    engine.create_table("gone_records", "select record_key from night_changes where is_gone")
    engine.create_table("altered_phones", _ALTERED_PHONES.format(phones=_PHONES))
    engine.create_table("altered_decisions", _ALTERED_DECISIONS.format(decisions=_DECISIONS))
    count = engine.create_table(
        "changed_records", _CHANGED.format(records=DELIVERED_RECORDS, identifiers=DELIVERED_IDENTIFIERS), span
    )
    _judge_values(engine, settings)
    _spread(engine)
    return Touched(
        count,
        int(engine.scalar("select count(*) from gone_records")),
        int(engine.scalar("select count(*) from touched_records")),
    )


# all who carry a touched value, and beside them who will probably be looked at: so that they are read at once
_LIKELY = f"""
with
blocked_before as (
    select {VALUE_KEY} as value_key from {{blocked}}
),

carriers as (
    select carried.record_key
    from night_values as carried
    semi join touched_values on carried.value_key = touched_values.value_key
    where carried.value_key not in (select value_key from blocked_before)
    union
    select record_key from changed_records
),

families as (
    select distinct kept.family
    from {{records}} as kept
    semi join carriers on kept.record_key = carriers.record_key
),

members as (
    select kept.record_key
    from {{records}} as kept
    semi join families on kept.family = families.family
    union
    select record_key from carriers
),

shared as (
    select distinct carried.value_key
    from night_values as carried
    semi join members on carried.record_key = members.record_key
    where carried.value_key not in (select value_key from blocked_before)
)

select carried.record_key
from night_values as carried
semi join touched_values on carried.value_key = touched_values.value_key
union
select record_key from members
union
select carried.record_key
from night_values as carried
semi join shared on carried.value_key = shared.value_key
"""


def _judge_values(engine: Engine, settings: IdentitySettings) -> None:
    """Values of changed records, then and now, and whether each is blocked: over all records that carry one."""
    params: dict[str, object] = {"gmail_dots_optional": settings.gmail_dots_optional}
    open_identifiers(engine, "select record_key from changed_records", params)
    engine.create_table(
        "changed_values",
        f"select distinct {VALUE_KEY} as value_key, hash(record_id) as record_key from standard_identifiers",
    )
    engine.create_table("touched_values", _TOUCHED_VALUES.format(values=_VALUES))
    engine.create_table(
        "night_values",
        f"select * from {_VALUES} as kept anti join changed_records using (record_key) "
        "union all select * from changed_values",
    )
    open_records(engine, _LIKELY.format(records=_RECORDS, blocked=_BLOCKED), params)
    engine.create_view(
        "standard_identifiers",
        f"select * from known_standard_identifiers where {VALUE_KEY} in (select value_key from touched_values)",
    )
    make(engine, "blocked_identifiers")
    engine.create_table(
        "blocked_tonight",
        f"select * from {_BLOCKED} where {VALUE_KEY} not in (select value_key from touched_values) "
        f"union all by name select * from blocked_identifiers "
        f"where {VALUE_KEY} in (select value_key from touched_values)",
    )


_TOUCHING = f"""
with
blocked_before as (
    select {VALUE_KEY} as value_key from {{blocked}}
),

blocked_now as (
    select {VALUE_KEY} as value_key from blocked_tonight
),

silent as (
    select value_key from blocked_before intersect select value_key from blocked_now
),

turned as (
    select value_key
    from touched_values
    where (value_key in (select value_key from blocked_before)) <> (value_key in (select value_key from blocked_now))
),

-- of a device that several people use only one login counts: which one, may hang on what is blocked
beside as (
    select distinct others.value_key
    from night_values as carried
    semi join turned on carried.value_key = turned.value_key
    inner join night_values as others on carried.record_key = others.record_key
)

select value_key from touched_values where value_key not in (select value_key from silent)
union
select value_key from beside where value_key not in (select value_key from silent)
"""
_REACHED = """
with
near as (
    select record_key from changed_records
    union
    select carried.record_key
    from night_values as carried
    semi join touching_values on carried.value_key = touching_values.value_key
),

families as (
    select distinct kept.family
    from {records} as kept
    semi join near on kept.record_key = near.record_key
)

select record_key
from {records}
where family in (select family from families)
    and record_key not in (select record_key from night_changes where not is_record)
union
select record_key
from night_changes
where is_record
"""


def _spread(engine: Engine) -> None:
    """From values to all who carry one, and to the families of those."""
    engine.create_table("touching_values", _TOUCHING.format(blocked=_BLOCKED))
    engine.create_table("touched_records", _REACHED.format(records=_RECORDS))
