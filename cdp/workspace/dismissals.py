"""Refused rows that will never be right: who said so, when and why. They are kept and counted, but listed no more."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from cdp.errors import NotFoundError, UsageError
from cdp.workspace.control import Control, now

_COLUMNS = (
    "dismissal_id, feed, file, line, reason, because, dismissed_by, dismissed_at, undone_by, undone_at, "
    "(select count(*) from dismissed_rows as r where r.dismissal_id = d.dismissal_id)"
)


@dataclass(frozen=True)
class Dismissal:
    """One word that refused rows need no more attention; ``feed`` to ``reason`` say which were meant.

    A row is known by its feed and text, so that it stays dismissed when it is delivered again.
    """

    dismissal_id: int
    feed: str | None
    file: str | None
    line: int | None
    reason: str | None
    because: str
    dismissed_by: str
    dismissed_at: datetime
    undone_by: str | None
    undone_at: datetime | None
    count_rows: int


class Dismissals:
    """The dismissals of one workspace, in its ``control.sqlite``."""

    def __init__(self, control: Control) -> None:
        self._control = control

    def add(
        self,
        digests: Iterable[str],
        *,
        actor: str,
        because: str,
        feed: str | None = None,
        file: str | None = None,
        line: int | None = None,
        reason: str | None = None,
    ) -> Dismissal:
        """Dismiss rows, signed and with a reason. Raises ``UsageError`` without either."""
        if not actor.strip():
            raise UsageError("a dismissal needs the name of the person who takes it", "name one with --by")
        if not because.strip():
            raise UsageError("a dismissal needs its reason", "say why with --because")
        with self._control.connected() as connection:
            connection.execute("begin immediate")
            number = connection.execute(
                "insert into quarantine_dismissals (feed, file, line, reason, because, dismissed_by, dismissed_at) "
                "values (?, ?, ?, ?, ?, ?, ?) returning dismissal_id",
                (feed, file, line, reason, because.strip(), actor.strip(), now().isoformat()),
            ).fetchone()[0]
            connection.executemany(
                "insert into dismissed_rows values (?, ?)", [(number, digest) for digest in sorted(set(digests))]
            )
            connection.commit()
        return next(item for item in self.all() if item.dismissal_id == number)

    def undo(self, dismissal_id: int, *, actor: str) -> Dismissal:
        """Take a dismissal back; it stays listed as undone. Raises ``NotFoundError``, ``UsageError``."""
        found = next((item for item in self.all() if item.dismissal_id == dismissal_id), None)
        if found is None:
            raise NotFoundError(f"there is no dismissal {dismissal_id}", "'cdp quarantine dismissals' lists them")
        if found.undone_at:
            raise UsageError(f"dismissal {dismissal_id} was undone by {found.undone_by} on {found.undone_at:%Y-%m-%d}")
        with self._control.connected() as connection:
            connection.execute(
                "update quarantine_dismissals set undone_by = ?, undone_at = ? where dismissal_id = ?",
                (actor, now().isoformat(), dismissal_id),
            )
            connection.commit()
        return next(item for item in self.all() if item.dismissal_id == dismissal_id)

    def all(self) -> list[Dismissal]:
        """Every dismissal, oldest first, undone ones too."""
        if not self._control.path.is_file():
            return []
        with self._control.connected() as connection:
            rows = connection.execute(
                f"select {_COLUMNS} from quarantine_dismissals as d order by dismissal_id"
            ).fetchall()
        return [
            Dismissal(number, feed, file, line, reason, because, by, datetime.fromisoformat(at), undone_by,
                      datetime.fromisoformat(undone_at) if undone_at else None, count)
            for number, feed, file, line, reason, because, by, at, undone_by, undone_at, count in rows
        ]  # fmt: skip

    def digests(self) -> frozenset[str]:
        """What rows are known by that a dismissal in force names."""
        if not self._control.path.is_file():
            return frozenset()
        with self._control.connected() as connection:
            rows = connection.execute(
                "select distinct digest from dismissed_rows inner join quarantine_dismissals using (dismissal_id) "
                "where undone_at is null"
            ).fetchall()
        return frozenset(digest for (digest,) in rows)
