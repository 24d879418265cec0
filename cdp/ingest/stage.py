"""Land every new file of an inbox, feed by feed, in delivery order."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cdp.contracts import Contract
from cdp.ingest.discover import Delivery
from cdp.ingest.feed import Feed
from cdp.ingest.landing import Landed, Landing, land_file
from cdp.ingest.ledger import FileLedger, FileStatus, QuarantinedRow


@dataclass(frozen=True)
class History:
    """What earlier runs know: ledgers of loaded files by content hash, names already accounted for, rows."""

    ledgers: Mapping[str, FileLedger] = field(default_factory=dict)
    names: frozenset[tuple[str, str]] = frozenset()
    landed: Mapping[str, Sequence[Path]] = field(default_factory=dict)


@dataclass(frozen=True)
class LandingResult:
    """What this run landed. ``landed`` holds new parquet files by feed."""

    ledgers: tuple[FileLedger, ...]
    quarantined: tuple[QuarantinedRow, ...]
    landed: Mapping[str, tuple[Path, ...]]

    @property
    def unknown(self) -> tuple[FileLedger, ...]:
        """Files that belong to no feed."""
        return tuple(item for item in self.ledgers if item.status is FileStatus.unknown)

    @property
    def refused(self) -> tuple[FileLedger, ...]:
        """Files that could not be read under their contract."""
        return tuple(item for item in self.ledgers if item.status is FileStatus.refused)


def new_deliveries(deliveries: Sequence[Delivery], history: History) -> list[Delivery]:
    """Deliveries of a feed that no earlier run has accounted for under the same name and bytes."""
    return [item for item in deliveries if item.feed and (item.file_id, item.name) not in history.names]


def _open_current(landing: Landing, files: Sequence[Path]) -> None:
    engine = landing.engine
    if not files:
        engine.create_table(
            "current_rows",
            "select '' as _key, null::timestamp as _version, '' as _hash, '' as _file_id, 0::bigint as _row "
            "where false",
        )
        return
    engine.read_parquet("landed_rows", files)
    engine.create_table(
        "current_rows",
        "select _key, _version, _hash, _file_id, _row from landed_rows anti join superseded_rows "
        "using (_file_id, _row)",
    )
    engine.drop("landed_rows")


def land_inbox(
    landing: Landing,
    deliveries: Sequence[Delivery],
    feeds: Mapping[str, Feed],
    contracts: Mapping[str, Contract],
    history: History,
    told: Callable[[FileLedger], None] = lambda _: None,
) -> LandingResult:
    """Land the new deliveries. The engine must hold ``superseded_rows``, which is extended.

    ``told`` is called with each file's ledger as soon as it is known.
    """
    ledgers: list[FileLedger] = []
    quarantined: list[QuarantinedRow] = []
    landed: dict[str, tuple[Path, ...]] = {}
    known = dict(history.ledgers)

    def account(ledger: FileLedger) -> None:
        ledgers.append(ledger)
        told(ledger)

    for item in deliveries:
        if item.feed is None:
            account(FileLedger("", None, item.name, landing.run_id, FileStatus.unknown, message="no feed claims it"))
    fresh = new_deliveries(deliveries, history)
    for name in sorted({item.feed for item in fresh if item.feed}):
        _open_current(landing, history.landed.get(name, ()))
        paths: list[Path] = []
        for item in (each for each in fresh if each.feed == name):
            if item.file_id in known and item.size:
                account(known[item.file_id].replayed_as(item.name, landing.run_id).balanced())
                continue
            result: Landed = land_file(landing, item, feeds[name], contracts[feeds[name].contract])
            account(result.ledger)
            quarantined += result.quarantined
            if result.ledger.status is FileStatus.loaded:
                known[item.file_id] = result.ledger
            if result.path:
                paths.append(result.path)
        if paths:
            landed[name] = tuple(paths)
        landing.engine.drop("current_rows")
    return LandingResult(tuple(ledgers), tuple(quarantined), landed)
