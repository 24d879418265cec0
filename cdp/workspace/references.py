"""What contracts and feeds say of each other: other feeds, their columns, tables of time zones, restated columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from cdp.contracts import Contract, TableContract
from cdp.ingest.mapping import FeedPlan
from cdp.workspace.reader import Reader


def read_references(
    reader: Reader,
    plans: Sequence[FeedPlan],
    contracts: Mapping[str, tuple[Path, Contract]],
    tables: Mapping[str, TableContract],
) -> None:
    """Add a fault for every name that leads nowhere."""
    by_feed = {plan.feed.feed: plan.contract for plan in plans}
    for contract in {plan.contract.name: plan.contract for plan in plans}.values():
        path = contracts[contract.name][0]
        _foreign_keys(reader, path, contract, by_feed)
        _zone_table(reader, path, contract, tables)
    for plan in plans:
        column = plan.feed.restates.column if plan.feed.restates else None
        names = [item.name for item in plan.contract.properties]
        if column is not None and column not in names:
            path = reader.root / "pipelines/feeds" / plan.feed.feed / "feed.yaml"
            message = f"there is no column {column!r} in the contract {plan.contract.name}"
            reader.at(path, ("restates",), message, ", ".join(names))


def _foreign_keys(reader: Reader, path: Path, contract: Contract, by_feed: Mapping[str, Contract]) -> None:
    for number, item in enumerate(contract.properties):
        if item.references is None:
            continue
        place = ("properties", number, "references")
        other = by_feed.get(item.references.feed)
        if other is None:
            reader.at(path, place, f"there is no feed {item.references.feed!r}", ", ".join(sorted(by_feed)))
        elif item.references.column not in (names := [column.name for column in other.properties]):
            message = f"{item.references.feed} has no column {item.references.column!r}"
            reader.at(path, place, message, ", ".join(names))


def _zone_table(reader: Reader, path: Path, contract: Contract, tables: Mapping[str, TableContract]) -> None:
    zone = contract.local_zone
    if zone is None or zone.table is None:
        return
    table = tables.get(zone.table)
    if table is None or table.layer != "canonical":
        canonical = sorted(name for name, item in tables.items() if item.layer == "canonical")
        reader.at(path, ("localZone",), f"there is no canonical table {zone.table!r}", ", ".join(canonical))
        return
    names = [item.name for item in table.properties]
    for column in (zone.key, zone.zone):
        if column not in names:
            reader.at(path, ("localZone",), f"{zone.table} has no column {column!r}", ", ".join(names))
