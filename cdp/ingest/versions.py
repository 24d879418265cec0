"""Which delivered rows are new, which are copies, which are older than what is known.

``incoming`` (one file's good rows) meets ``current`` (the newest version per key of its feed). Both have
``_key``, ``_version``, ``_hash``, ``_row``; ``current`` also names the file of each row.
"""

from __future__ import annotations

from collections.abc import Sequence

from cdp.contracts import Contract
from cdp.engines import Engine
from cdp.ingest.checks import text_list

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
        {is_own} as is_own,
        case when copy_number = 1 then row_number() over (
            partition by d._key, copy_number = 1 order by d._version desc nulls last, d._row desc
        ) end as newest
    from distinct_rows as d
    left join current_rows as c on d._key = c._key
)
select
    _row, _key, _version, _hash,
    case
        when copy_number > 1 or (_hash = current_hash and (is_own or newest > 1)) then 'duplicate'
        when _hash = current_hash then 'moved'
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
        md5(array_to_string(list_sort(list(distinct _hash::varchar)), ',')) as signature,
        max(_version) as version
    from incoming
    group by _key
),
current_units as (
    select
        _key,
        md5(array_to_string(list_sort(list(distinct _hash::varchar)), ',')) as signature,
        max(_version) as version,
        bool_and({is_own}) as is_own
    from current_rows as c
    where _key in (select _key from units)
    group by _key
)
select
    d._row, d._key, d._version, d._hash,
    case
        when d.copy_number > 1 or (u.signature = c.signature and c.is_own) then 'duplicate'
        when u.signature = c.signature then 'moved'
        when u.version < c.version then 'superseded'
        else 'accepted'
    end as place
from distinct_rows as d
inner join units as u on d._key = u._key
left join current_units as c on d._key = c._key
"""


def _all_new(engine: Engine) -> bool:
    """Whether every row has a key of its own that nobody has seen: then nothing has to be compared."""
    if engine.scalar("select count(*) - count(distinct _key) from incoming"):
        return False
    is_first = not engine.scalar("select count(*) from current_rows")
    return is_first or not engine.scalar("select count(*) from incoming semi join current_rows using (_key)")


def place_rows(engine: Engine, contract: Contract, own_files: Sequence[str] | None = None) -> bool:
    """Make ``placed``: every row of ``incoming`` with its place accepted, duplicate, superseded or moved.

    It is a view while all rows are new; ``incoming`` becomes a table where they are not.

    A moved row is a copy of one that belongs to none of ``own_files`` (where these are given): it belongs to the file
    at hand from now on, so that a restatement of the other file does not take it back. Says whether all rows are new.
    """
    if _all_new(engine):
        engine.create_view("placed", "select _row, _key, _version, _hash, 'accepted' as place from incoming")
        return True
    engine.create_table("incoming_rows", "select * from incoming")
    engine.rename("incoming_rows", "incoming")
    sql = _ONE_ROW_PER_KEY if contract.rows_per_key == "one" else _MANY_ROWS_PER_KEY
    is_own = "true" if own_files is None else f"list_contains({text_list(own_files)}, c._file_id)"
    engine.create_table("placed", sql.replace("{is_own}", is_own))
    return False


def advance(
    engine: Engine, feed: str, file_id: str, *, all_new: bool = False, withdrawn: int = 0, is_last: bool = False
) -> None:
    """Let ``placed`` rows replace older ones in ``current_rows``; what they replace goes to ``superseded_rows``.

    So do the rows of the table ``withdrawn``, where it has some. ``all_new``: see ``place_rows``.
    ``is_last``: no file comes that would meet ``current_rows``, which stays as it is.
    """
    params = {"feed": feed, "file_id": file_id}
    replaced = [] if all_new else ["_key in (select _key from placed where place in ('accepted', 'moved'))"]
    if withdrawn:
        replaced.append("(_file_id, _row) in (select (_file_id, _row) from withdrawn)")
    taken = " or ".join(replaced)
    if taken:
        engine.execute(
            f"insert into superseded_rows select $feed, _file_id, _row from current_rows where {taken}", params
        )
    if not all_new:
        engine.execute(
            "insert into superseded_rows select $feed, $file_id, _row from placed where place = 'superseded'", params
        )
    if is_last:
        return
    if taken:
        engine.execute(f"delete from current_rows where {taken}")
    engine.execute(
        "insert into current_rows select _key, _version, _hash, $file_id, _row from placed "
        "where place in ('accepted', 'moved')",
        params,
    )
