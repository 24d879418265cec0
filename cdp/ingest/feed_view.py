"""What mappings see of a feed: its newest rows, deleted ones left out, local times in UTC, derived columns made."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cdp.contracts import Contract, Property
from cdp.engines import Engine
from cdp.errors import ContractError, EngineError
from cdp.ingest.checks import quoted, text
from cdp.ingest.staging import EXTRA

_TYPES = {
    "string": "varchar",
    "integer": "bigint",
    "boolean": "boolean",
    "date": "date",
    "timestamp": "timestamp",
    "object": "json",
    "array": "json",
}


def sql_type(item: Property) -> str:
    """DuckDB type of a column's values."""
    if item.logical_type == "number":
        return f"decimal(18, {item.logical_type_options.scale})"
    return _TYPES[item.logical_type]


def open_feed(engine: Engine, contract: Contract, files: Sequence[Path], name: str) -> None:
    """Make the table of a feed's current rows: all columns of its contract, ``_file_id``, ``_row`` and ``_extra``.

    ``_extra`` is a JSON object of the delivered columns that the contract does not know, or null. The engine must
    hold the table in which the zones of local times stand, if the contract names one, and ``superseded_rows``.
    """
    if not files:
        columns = ", ".join(f"null::{sql_type(item)} as {quoted(item.name)}" for item in contract.properties)
        empty = f"select {columns}, ''::varchar as _file_id, 0::bigint as _row, null::varchar as {EXTRA} where false"
        engine.create_table(name, view_sql(contract, empty))
        return
    engine.read_parquet(f"{name}__landed", files)
    delivered = engine.columns(f"{name}__landed")
    extra = EXTRA if EXTRA in delivered else f"null::varchar as {EXTRA}"
    columns = ", ".join(
        f"{quoted(item.name) if item.name in delivered else 'null'}::{sql_type(item)} as {quoted(item.name)}"
        for item in contract.properties
    )
    landed = (
        f"select {columns}, _file_id, _row, {extra} from {quoted(f'{name}__landed')} "
        "anti join superseded_rows using (_file_id, _row)"
    )
    try:
        engine.create_table(name, view_sql(contract, landed))
    except EngineError as error:
        raise ContractError(
            f"rows of {name} that are already loaded do not fit schemas/exports/{contract.name}.yaml: "
            f"{error.message.splitlines()[0]}",
            "keep the old type, or 'cdp rollback' to before they were loaded and load them under the new one",
        ) from error
    engine.drop(f"{name}__landed")


def view_sql(contract: Contract, landed: str) -> str:
    """The select of what mappings see, over a select of the landed rows with all columns of the contract."""
    kept = f" where ({contract.deleted_when}) is not true" if contract.deleted_when else ""
    sql = f"select * from ({landed}){kept}"
    local = [i.name for i in contract.properties if i.time_zone == "local" and i.logical_type == "timestamp"]
    zone = contract.local_zone
    if zone and local:
        place = f"coalesce(zones.zone, {text(zone.otherwise)})"
        in_utc = ", ".join(
            f"timezone('UTC', timezone({place}, rows_.{quoted(name)})) as {quoted(name)}" for name in local
        )
        listed = "select name as place, name as zone from pg_timezone_names()"
        if zone.table:
            listed = (
                f"select {quoted(zone.key)} as place, min({quoted(zone.zone)}) as zone from {quoted(zone.table)} "
                f"where {quoted(zone.zone)} in (select name from pg_timezone_names()) group by place"
            )
        sql = (
            f"select rows_.* replace ({in_utc}) from ({sql}) as rows_ "
            f"left join ({listed}) as zones on rows_.{quoted(zone.column)} = zones.place"
        )
    for item in contract.derived:
        sql = f"select *, {item.expression} as {quoted(item.name)} from ({sql})"
    return sql
