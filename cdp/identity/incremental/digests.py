"""Which records read otherwise than in the last run, by digests that add up."""

from __future__ import annotations

from cdp.engines import Engine
from cdp.identity.incremental.scope import DELIVERED_IDENTIFIERS, DELIVERED_RECORDS
from cdp.identity.incremental.state import before

_RECORDS = before("identity_state_records")
_ROUND = 1 << 62  # digests of rows, of 56 bits, add up to a record's modulo this, in whatever order they come
_MOST_BUCKET_BITS = 22
_DIGESTS = f"""
select
    hash(record_id) as record_key,
    cast(hash(delivered) >> 8 as bigint) as digest,
    'record' as source
from {DELIVERED_RECORDS} as delivered
union all
select
    hash(record_id) as record_key,
    cast(hash(delivered) >> 8 as bigint) as digest,
    'identifier' as source
from {DELIVERED_IDENTIFIERS} as delivered
"""


def digest_records(engine: Engine) -> None:
    """Make ``night_records`` (record_key, is_record, digest) of all records."""
    engine.create_table(
        "night_records",
        f"select record_key, bool_or(source = 'record') as is_record, cast(sum(digest) % {_ROUND} as bigint) as digest "
        f"from ({_DIGESTS}) as digests group by record_key",
    )


# what the last run kept counts against what is there tonight; where both are the same, nothing is left
_BALANCE = """
select
    record_key,
    cast(record_key & $most as integer) as bucket,
    digest,
    source
from (
    {digests}
    union all
    select
        record_key,
        -digest as digest,
        'kept' as source
    from {records}
) as digests
"""
_NIGHT_CHANGES = f"""
with
unbalanced as (
    select bucket
    from balance
    group by bucket
    having sum(digest) <> 0
)

select
    record_key,
    bool_or(source = 'record') as is_record,
    bool_or(source = 'kept') and not bool_or(source = 'record') as is_gone,
    cast(sum(digest) filter (source <> 'kept') % {_ROUND} as bigint) as digest
from balance
where bucket in (select bucket from unbalanced)
group by record_key
having sum(digest) % {_ROUND} <> 0
"""


def find_changes(engine: Engine) -> None:
    """Make ``night_changes`` (record_key, is_record, is_gone, digest): who is new, other or no more.

    Digests are added up by bucket first, which is an array of sums; records are told apart only in the few buckets
    that do not balance: those with changes, and now and then one with a record of very many rows.
    """
    records = int(engine.scalar(f"select count(*) from {DELIVERED_RECORDS}"))
    bits = min(records.bit_length(), _MOST_BUCKET_BITS)
    balance = _BALANCE.format(digests=_DIGESTS, records=_RECORDS)
    engine.create_table("balance", balance, {"most": (1 << bits) - 1})
    engine.execute(f"set perfect_ht_threshold = {max(bits, 2)}")
    engine.create_table("night_changes", _NIGHT_CHANGES)
    engine.execute("reset perfect_ht_threshold")
    engine.drop("balance")


def digest_touched(engine: Engine) -> None:
    """Make ``night_records`` of the touched records alone."""
    engine.create_table(
        "night_records",
        "select record_key, is_record, digest from night_changes where is_record "
        f"union all select record_key, true as is_record, digest from {_RECORDS} "
        "where record_key in (select record_key from touched_records) "
        "and record_key not in (select record_key from night_changes)",
    )
