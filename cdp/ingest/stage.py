"""Land every new file of an inbox, feed by feed, in delivery order."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cdp.contracts import Contract
from cdp.ingest.checks import key_sql, quoted, version_sql
from cdp.ingest.discover import Delivery
from cdp.ingest.feed import Feed
from cdp.ingest.landing import Landed, Landing, land_file, waiting
from cdp.ingest.ledger import FileLedger, FileStatus, QuarantinedRow
from cdp.ingest.references import close_references, in_reference_order, open_references
from cdp.ingest.restatement import scope_of
from cdp.quality.history import Header

UNCLAIMED = "no feed claims it"
HELD = "it came after a file of its feed that does not fit, and waits until that is accepted or taken away"


@dataclass(frozen=True)
class History:
    """What earlier runs know.

    ``ledgers``: loaded files by (feed, content hash). ``settled``: (feed, content hash, name) of files that need no
    second look. ``landed``: parquet files of landed rows by feed. ``unknown``: names of files that belong to no feed.
    ``stopped``: those of ``settled`` that were refused. ``met``: in which run a file was first refused or held back, by
    (feed, name); of a feed that is read anew its files' old order, by (feed, content hash).
    """

    ledgers: Mapping[tuple[str, str], FileLedger] = field(default_factory=dict)
    settled: frozenset[tuple[str, str, str]] = frozenset()
    landed: Mapping[str, Sequence[Path]] = field(default_factory=dict)
    unknown: frozenset[str] = frozenset()
    stopped: frozenset[tuple[str, str, str]] = frozenset()
    met: Mapping[tuple[str, str], int] = field(default_factory=dict)


@dataclass(frozen=True)
class LandingResult:
    """What this run landed. ``landed`` holds new parquet files by feed, ``headers`` the columns its files had."""

    ledgers: tuple[FileLedger, ...]
    quarantined: tuple[QuarantinedRow, ...]
    landed: Mapping[str, tuple[Path, ...]]
    headers: Mapping[str, tuple[Header, ...]] = field(default_factory=dict)

    @property
    def unknown(self) -> tuple[FileLedger, ...]:
        """Files that belong to no feed."""
        return tuple(item for item in self.ledgers if item.status is FileStatus.unknown)

    @property
    def waiting(self) -> tuple[FileLedger, ...]:
        """Files that the next run has to read."""
        return tuple(item for item in self.ledgers if item.status is FileStatus.waiting)

    @property
    def refused(self) -> tuple[FileLedger, ...]:
        """Files that could not be read under their contract."""
        return tuple(item for item in self.ledgers if item.status is FileStatus.refused)


def new_deliveries(deliveries: Sequence[Delivery], history: History) -> list[Delivery]:
    """Deliveries that can be read and that no earlier run has accounted for under the same feed, name and bytes."""
    return [
        item
        for item in deliveries
        if item.feed and item.file_id and (item.feed, item.file_id, item.name) not in history.settled
    ]


def in_turn(deliveries: Sequence[Delivery], history: History, feed: str) -> list[Delivery]:
    """A feed's new files, those first that have waited longest, and before them refused ones that still lie there."""
    fresh = [item for item in new_deliveries(deliveries, history) if item.feed == feed]
    again = [item for item in deliveries if item.feed == feed and (feed, item.file_id, item.name) in history.stopped]
    last = len(history.met) + 1_000_000

    def turn(item: Delivery) -> int:
        return history.met.get((feed, item.file_id), history.met.get((feed, item.name), last))

    return sorted([*again, *fresh], key=turn)


def is_held(item: Delivery, deliveries: Sequence[Delivery], history: History) -> bool:
    """Whether a new file only goes on waiting: it was held back before, and a refused file of its feed still stands."""
    feed = item.feed or ""
    behind = any(
        (each.feed or "", each.file_id, each.name) in history.stopped for each in deliveries if each.feed == feed
    )
    return behind and (feed, item.name) in history.met


def open_current(landing: Landing, contract: Contract, files: Sequence[Path]) -> None:
    """Make ``current_rows``; key and version are read off the landed columns, as today's contract defines them."""
    engine = landing.engine
    if not files:
        engine.create_table(
            "current_rows",
            "select '' as _key, null::timestamp as _version, 0::ubigint as _hash, '' as _file_id, 0::bigint as _row "
            "where false",
        )
        return
    engine.read_parquet("landed_rows", files)
    delivered = engine.columns("landed_rows")
    lacking = [name for name in (*contract.key, *filter(None, [contract.version])) if name not in delivered]
    extra = "".join(f", null as {quoted(name)}" for name in lacking)
    engine.create_table(
        "current_rows",
        f"select {key_sql(contract)} as _key, {version_sql(contract)} as _version, "
        f"try_cast(_hash as ubigint) as _hash, _file_id, _row "
        f"from (select *{extra} from landed_rows anti join superseded_rows using (_file_id, _row))",
    )
    engine.drop("landed_rows")


def land_inbox(
    landing: Landing,
    deliveries: Sequence[Delivery],
    feeds: Mapping[str, Feed],
    contracts: Mapping[str, Contract],
    history: History,
    told: Callable[[FileLedger, Sequence[str]], None] = lambda *_: None,
) -> LandingResult:
    """Land the new deliveries. The engine must hold ``superseded_rows``, which is extended.

    ``told`` is called with each file's ledger and warnings as soon as they are known.
    """
    ledgers: list[FileLedger] = []
    quarantined: list[QuarantinedRow] = []
    landed: dict[str, tuple[Path, ...]] = {}
    headers: dict[str, dict[Header, None]] = {}
    known = dict(history.ledgers)

    def rows_of(feed: str) -> tuple[Path, ...]:
        return (*history.landed.get(feed, ()), *landed.get(feed, ()))

    def account(ledger: FileLedger, warnings: Sequence[str] = ()) -> None:
        ledgers.append(ledger)
        told(ledger, warnings)

    for item in deliveries:
        if item.feed is None:
            message = item.trouble or UNCLAIMED
            account(FileLedger("", None, item.name, landing.run_id, FileStatus.unknown, message=message))
    fresh = new_deliveries(deliveries, history)
    contract_of = {name: contracts[feed.contract] for name, feed in feeds.items()}
    for name in in_reference_order((item.feed for item in fresh if item.feed), contract_of):
        contract = contract_of[name]
        open_references(
            landing.engine, contract, lambda other: (*history.landed.get(other, ()), *landed.get(other, ()))
        )
        open_current(landing, contract, history.landed.get(name, ()))
        paths: list[Path] = []
        is_stopped = False
        queue = in_turn(deliveries, history, name)
        for place, item in enumerate(queue, 1):
            if (name, item.file_id) in known and item.size:
                account(known[name, item.file_id].replayed_as(item.name, landing.run_id).balanced())
                continue
            if is_stopped:
                account(waiting(item, landing.run_id, HELD))
                continue
            scope = scope_of(feeds[name], item.name, known, (*history.landed.get(name, ()), *paths))
            result: Landed = land_file(landing, item, feeds[name], contract, scope, is_last=place == len(queue))
            is_stopped = result.is_stopped
            account(result.ledger, result.warnings)
            quarantined += result.quarantined
            headers.setdefault(name, {}).update(dict.fromkeys(result.headers))
            if result.ledger.status is FileStatus.loaded:
                known[name, item.file_id] = result.ledger
            paths += result.paths
        if paths:
            landed[name] = tuple(paths)
        landing.engine.drop("current_rows")
    close_references(landing.engine, contract_of.values())
    columns = {name: tuple(found) for name, found in headers.items() if found}
    return LandingResult(tuple(ledgers), tuple(quarantined), landed, columns)
