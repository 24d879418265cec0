"""Which delivered rows are new, which are copies, which are older than what is known.

``incoming`` (one file's good rows) meets ``current`` (the newest version per key of its feed). Both have
``_key``, ``_version``, ``_hash``, ``_row``; ``current`` also names the file of each row.
"""

from __future__ import annotations

from cdp.contracts import Contract
from cdp.engines import Engine

SUPERSEDED_COLUMNS = "feed varchar, _file_id varchar, _row bigint"

_ONE_ROW_PER_KEY = """
with distinct_rows as (
    select *, row_number() over (partition by _key, _hash order by _row desc) as copy_number
    from incoming
),
ranked as (
    select
        d.*,
        c._hash as current_hash,
        c._version as current_version,
        case when copy_number = 1 then row_number() over (
            partition by d._key, copy_number = 1 order by d._version desc nulls last, d._row desc
        ) end as newest
    from distinct_rows as d
    left join current_rows as c on d._key = c._key
)
select
    _row, _key, _version, _hash,
    case
        when copy_number > 1 or _hash = current_hash then 'duplicate'
        when newest > 1 or coalesce(_version < current_version, current_version is not null and _version is null)
            then 'superseded'
        else 'accepted'
    end as place
from ranked
"""

_MANY_ROWS_PER_KEY = """
with distinct_rows as (
    select *, row_number() over (partition by _key, _hash order by _row) as copy_number
    from incoming
),
units as (
    select
        _key,
        md5(array_to_string(list_sort(list(distinct _hash)), ',')) as signature,
        max(_version) as version
    from incoming
    group by _key
),
current_units as (
    select
        _key,
        md5(array_to_string(list_sort(list(distinct _hash)), ',')) as signature,
        max(_version) as version
    from current_rows
    where _key in (select _key from units)
    group by _key
)
select
    d._row, d._key, d._version, d._hash,
    case
        when d.copy_number > 1 or u.signature = c.signature then 'duplicate'
        when u.version < c.version then 'superseded'
        else 'accepted'
    end as place
from distinct_rows as d
inner join units as u on d._key = u._key
left join current_units as c on d._key = c._key
"""


def place_rows(engine: Engine, contract: Contract) -> None:
    """Make ``placed``: every row of ``incoming`` with its place accepted, duplicate or superseded."""
    sql = _ONE_ROW_PER_KEY if contract.rows_per_key == "one" else _MANY_ROWS_PER_KEY
    engine.create_table("placed", sql)


def advance(engine: Engine, feed: str, file_id: str) -> None:
    """Let ``placed`` rows replace older ones in ``current_rows``; what they replace goes to ``superseded_rows``."""
    params = {"feed": feed, "file_id": file_id}
    engine.execute(
        "insert into superseded_rows select $feed, _file_id, _row from current_rows "
        "where _key in (select _key from placed where place = 'accepted')",
        params,
    )
    engine.execute(
        "insert into superseded_rows select $feed, $file_id, _row from placed where place = 'superseded'", params
    )
    engine.execute("delete from current_rows where _key in (select _key from placed where place = 'accepted')")
    engine.execute(
        "insert into current_rows select _key, _version, _hash, $file_id, _row from placed where place = 'accepted'",
        params,
    )
