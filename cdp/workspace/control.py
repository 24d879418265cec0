"""``data/control.sqlite``: what people decide and ask for. Runs read it; rollback and vacuum leave it alone."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from cdp.errors import CdpError, NotFoundError, UsageError
from cdp.identity.decisions import Decision, Kind, check_decision
from cdp.ingest.ledger import ReloadRequest, RetryRequest

_SCHEMA = """
create table if not exists decisions (
    decision_id integer primary key autoincrement,
    kind text not null check (kind in ('must_link', 'never_link', 'block')),
    identifier_type text,
    identifier_value text,
    actor text not null,
    decided_at text not null,
    reason text not null,
    undone_at text,
    undone_by text
) strict;
create table if not exists decision_pairs (
    decision_id integer not null references decisions (decision_id),
    record_id_l text not null,
    record_id_r text not null,
    primary key (decision_id, record_id_l, record_id_r)
) strict, without rowid;
"""
_RETRIES = """
create table if not exists quarantine_retries (
    request_id integer primary key autoincrement,
    feed text,
    file text,
    line integer,
    reason text,
    asked_by text not null,
    asked_at text not null
) strict;
"""
_RELOADS = """
create table if not exists feed_reloads (
    request_id integer primary key autoincrement,
    feed text not null,
    asked_by text not null,
    asked_at text not null
) strict;
"""
_DISMISSALS = """
create table if not exists quarantine_dismissals (
    dismissal_id integer primary key autoincrement,
    feed text,
    file text,
    line integer,
    reason text,
    because text not null,
    dismissed_by text not null,
    dismissed_at text not null,
    undone_by text,
    undone_at text
) strict;
create table if not exists dismissed_rows (
    dismissal_id integer not null references quarantine_dismissals (dismissal_id),
    digest text not null,
    primary key (dismissal_id, digest)
) strict, without rowid;
"""
_COLUMNS = "decision_id, kind, identifier_type, identifier_value, actor, decided_at, reason, undone_at, undone_by"


class Control:
    """The decisions of one workspace. The file appears with the first of them."""

    def __init__(self, data: Path) -> None:
        self.path = data / "control.sqlite"

    def decisions(self, *, with_undone: bool = False) -> list[Decision]:
        """Decisions in force, oldest first; ``with_undone`` gives those taken back too."""
        if not self.path.is_file():
            return []
        with self.connected() as connection:
            found = _read(connection)
        return [one for one in found if with_undone or one.undone_at is None]

    def decide(
        self,
        kind: Kind,
        *,
        actor: str,
        reason: str,
        pairs: Sequence[tuple[str, str]] = (),
        identifier: tuple[str, str] | None = None,
    ) -> Decision:
        """Sign and store a decision. Raises ``IdentityError`` when it contradicts one in force."""
        ordered = tuple(sorted({(min(pair), max(pair)) for pair in pairs}))
        if not actor.strip():
            raise UsageError("a decision needs the name of the person who takes it", "name one with --by")
        identifier_type, identifier_value = identifier or (None, None)
        with self.connected() as connection:
            connection.execute("begin immediate")
            before = _read(connection)
            number = max((one.decision_id for one in before), default=0) + 1
            new = Decision(
                number, kind, ordered, identifier_type, identifier_value, actor.strip(), now(), reason.strip()
            )
            check_decision(new, [one for one in before if one.undone_at is None])
            connection.execute(
                f"insert into decisions ({_COLUMNS}) values (?, ?, ?, ?, ?, ?, ?, null, null)",
                (number, kind, identifier_type, identifier_value, new.actor, new.decided_at.isoformat(), new.reason),
            )
            connection.executemany(
                "insert into decision_pairs values (?, ?, ?)", [(number, left, right) for left, right in ordered]
            )
            connection.commit()
        return new

    def undo(self, decision_id: int, *, actor: str) -> Decision:
        """Take a decision back; it stays listed as undone. Raises ``NotFoundError``, ``UsageError``."""
        found = next((one for one in self.decisions(with_undone=True) if one.decision_id == decision_id), None)
        if found is None:
            raise NotFoundError(f"there is no decision {decision_id}", "'cdp identity decisions' lists them")
        if found.undone_at:
            raise UsageError(f"decision {decision_id} was undone by {found.undone_by} on {found.undone_at:%Y-%m-%d}")
        moment = now()
        with self.connected() as connection:
            connection.execute(
                "update decisions set undone_at = ?, undone_by = ? where decision_id = ?",
                (moment.isoformat(), actor, decision_id),
            )
            connection.commit()
        return replace(found, undone_at=moment, undone_by=actor)

    def ask_retry(
        self, *, feed: str | None, file: str | None, line: int | None, reason: str | None, actor: str
    ) -> RetryRequest:
        """Keep the wish that refused rows be tried again; the next run takes it up."""
        moment = now()
        with self.connected() as connection:
            number = connection.execute(
                "insert into quarantine_retries (feed, file, line, reason, asked_by, asked_at) "
                "values (?, ?, ?, ?, ?, ?) returning request_id",
                (feed, file, line, reason, actor, moment.isoformat()),
            ).fetchone()[0]
        return RetryRequest(number, feed, file, line, reason, actor, moment)

    def retries(self, after: int = 0) -> list[RetryRequest]:
        """Wishes beyond the one with this number, oldest first."""
        if not self.path.is_file():
            return []
        with self.connected() as connection:
            rows = connection.execute(
                "select request_id, feed, file, line, reason, asked_by, asked_at from quarantine_retries "
                "where request_id > ? order by request_id",
                (after,),
            ).fetchall()
        return [
            RetryRequest(number, feed, file, line, reason, actor, datetime.fromisoformat(asked_at))
            for number, feed, file, line, reason, actor, asked_at in rows
        ]

    def ask_reload(self, feed: str, *, actor: str) -> ReloadRequest:
        """Keep the wish that a feed's files be read anew; the next run takes it up."""
        moment = now()
        with self.connected() as connection:
            number = connection.execute(
                "insert into feed_reloads (feed, asked_by, asked_at) values (?, ?, ?) returning request_id",
                (feed, actor, moment.isoformat()),
            ).fetchone()[0]
        return ReloadRequest(number, feed, actor, moment)

    def withdraw_reload(self, feed: str, after: int = 0) -> int:
        """Take back every wish to read a feed anew beyond the one with this number; gives how many these were."""
        with self.connected() as connection:
            return connection.execute(
                "delete from feed_reloads where feed = ? and request_id > ?", (feed, after)
            ).rowcount

    def reloads(self, after: int = 0) -> list[ReloadRequest]:
        """Wishes to read feeds anew beyond the one with this number, oldest first."""
        if not self.path.is_file():
            return []
        with self.connected() as connection:
            rows = connection.execute(
                "select request_id, feed, asked_by, asked_at from feed_reloads where request_id > ? order by 1",
                (after,),
            ).fetchall()
        return [ReloadRequest(number, feed, by, datetime.fromisoformat(asked)) for number, feed, by, asked in rows]

    @contextmanager
    def connected(self) -> Iterator[sqlite3.Connection]:
        """The open database, its tables made."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with closing(sqlite3.connect(self.path, timeout=10, isolation_level=None)) as connection:
                connection.executescript(_SCHEMA + _RETRIES + _RELOADS + _DISMISSALS)
                yield connection
        except sqlite3.Error as error:
            raise CdpError(f"{self.path}: {error}", _remedy(str(error))) from error


def _remedy(said: str) -> str:
    """What to do about an error of the database; only a broken file is to be replaced: it holds people's decisions."""
    if "readonly" in said or "unable to open" in said:
        return "the file is whole: give the user who runs cdp the right to write it and its folder; leave it in place"
    if "full" in said or "disk I/O" in said:
        return "the file is whole: free some space on its disk, or mend the disk; leave it in place"
    if "locked" in said:
        return "another command is writing to it: try again in a moment"
    return "the file holds people's decisions, and cannot be read: restore it from a backup"


def now() -> datetime:
    """The moment of a decision, naive and in UTC, to the second."""
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)


def _read(connection: sqlite3.Connection) -> list[Decision]:
    pairs: dict[int, list[tuple[str, str]]] = {}
    for number, left, right in connection.execute("select * from decision_pairs order by 1, 2, 3"):
        pairs.setdefault(number, []).append((left, right))
    return [
        Decision(
            number,
            Kind(kind),
            tuple(pairs.get(number, ())),
            identifier_type,
            identifier_value,
            actor,
            datetime.fromisoformat(decided_at),
            reason,
            datetime.fromisoformat(undone_at) if undone_at else None,
            undone_by,
        )
        for number, kind, identifier_type, identifier_value, actor, decided_at, reason, undone_at, undone_by
        in connection.execute(f"select {_COLUMNS} from decisions order by decision_id")
    ]  # fmt: skip
