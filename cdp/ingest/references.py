"""Foreign keys between feeds: which values another feed has delivered, and which feed must be landed first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from cdp.contracts import Contract
from cdp.contracts.model import Reference
from cdp.engines import Engine
from cdp.ingest.checks import quoted, reference_table


def references_of(contract: Contract) -> list[Reference]:
    """What the contract's columns point to."""
    return [item.references for item in contract.properties if item.references]


def in_reference_order(names: Iterable[str], contract_of: Mapping[str, Contract]) -> list[str]:
    """Feeds by name, those that others point to first; by name alone where they point in a circle."""
    wanted = sorted(set(names))
    graph = {name: sorted({other.feed for other in references_of(contract_of[name])} & set(wanted)) for name in wanted}
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for name in wanted:
        sorter.add(name, *(other for other in graph[name] if other != name))
    try:
        return list(sorter.static_order())
    except CycleError:
        return wanted


def open_references(engine: Engine, contract: Contract, landed: Callable[[str], Sequence[Path]]) -> None:
    """Make the tables of known values that the contract's references are held against.

    ``landed`` gives the landed rows of a feed. A feed without rows, or without the column, gives no table: its
    references are not held. The engine must hold ``superseded_rows``.
    """
    for reference in references_of(contract):
        table = reference_table(reference)
        files = landed(reference.feed)
        if engine.has_table(table) or not files:
            continue
        engine.read_parquet("referenced_rows", files)
        if reference.column in engine.columns("referenced_rows"):
            column = quoted(reference.column)
            engine.create_table(
                table,
                f"select distinct {column}::varchar as value from referenced_rows "
                f"anti join superseded_rows using (_file_id, _row) where {column} is not null",
            )
        engine.drop("referenced_rows")


def known_references(engine: Engine, contract: Contract) -> list[str]:
    """The tables of known values that are there for the contract."""
    return [table for table in map(reference_table, references_of(contract)) if engine.has_table(table)]


def close_references(engine: Engine, contracts: Iterable[Contract]) -> None:
    """Drop the tables of known values."""
    for contract in contracts:
        for table in known_references(engine, contract):
            engine.drop(table)
