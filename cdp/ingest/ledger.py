"""The account of every delivered file: what was read, and where each row went."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any

from cdp.errors import LedgerError


class FileStatus(StrEnum):
    """What became of a delivered file."""

    loaded = "loaded"
    replayed = "replayed"
    empty = "empty"
    refused = "refused"
    unknown = "unknown"
    waiting = "waiting"


@dataclass(frozen=True)
class FileLedger:
    """Counts of rows of one file; ``rows_read`` is the sum of the next four, or the run fails.

    ``lines_skipped`` are lines that the feed declares to be no rows; they stand in none of the others.
    """

    file_id: str
    feed: str | None
    file: str
    run_id: str
    status: FileStatus
    rows_read: int = 0
    rows_accepted: int = 0
    rows_quarantined: int = 0
    rows_duplicate: int = 0
    rows_superseded: int = 0
    message: str = ""
    lines_skipped: int = 0

    def balanced(self) -> FileLedger:
        """The ledger itself; ``LedgerError`` when its rows do not add up."""
        placed = self.rows_accepted + self.rows_quarantined + self.rows_duplicate + self.rows_superseded
        if self.rows_read != placed:
            raise LedgerError(
                f"{self.file}: {self.rows_read} rows read, but {placed} accounted for "
                f"({self.rows_accepted} accepted, {self.rows_quarantined} quarantined, "
                f"{self.rows_duplicate} duplicate, {self.rows_superseded} superseded)",
                "nothing was published; keep the file and report it with the run's log",
            )
        return self

    def replayed_as(self, file: str, run_id: str) -> FileLedger:
        """The ledger of a byte-identical copy delivered again: every row is a duplicate."""
        return replace(
            self,
            file=file,
            run_id=run_id,
            status=FileStatus.replayed,
            rows_accepted=0,
            rows_quarantined=0,
            rows_superseded=0,
            rows_duplicate=self.rows_read,
            message=f"same bytes as {self.file}",
        )

    def as_row(self) -> dict[str, Any]:
        """Columns of ``source_files``."""
        return {**asdict(self), "status": self.status.value}


def digest_of(feed: str, raw: str) -> str:
    """What a refused row is known by wherever it is delivered: SHA-256 of feed and text, in hex."""
    return sha256(f"{feed}\n{raw}".encode()).hexdigest()


@dataclass(frozen=True)
class QuarantinedRow:
    """One refused row: where it stands, why, and its raw text.

    ``raw_bytes`` are the bytes as delivered where they are not the UTF-8 of ``raw``. ``row_number`` counts the file's
    readable records from 0, and is ``None`` for a record that could not be read. ``header`` is the header line that
    the record stood under. With them the row can be read again when its file is long gone.
    """

    file: str
    line: int
    feed: str
    run_id: str
    reason_codes: tuple[str, ...]
    detail: str
    raw: str
    row_key: str | None = None
    raw_bytes: bytes | None = None
    row_number: int | None = None
    header: str | None = None
    file_id: str = ""

    @property
    def digest(self) -> str:
        """See ``digest_of``."""
        return digest_of(self.feed, self.raw)

    def as_row(self) -> dict[str, Any]:
        """Columns of ``quarantine_rows``."""
        return {**asdict(self), "reason_codes": list(self.reason_codes)}


@dataclass(frozen=True)
class ReloadRequest:
    """Somebody's wish that all files of a feed be read anew."""

    request_id: int
    feed: str
    asked_by: str
    asked_at: datetime


@dataclass(frozen=True)
class RetryRequest:
    """Somebody's wish that refused rows be tried again; what is ``None`` narrows nothing.

    ``file`` is the ledger's name or the end of it, ``reason`` a reason code or its kind (``type``).
    """

    request_id: int
    feed: str | None
    file: str | None
    line: int | None
    reason: str | None
    asked_by: str
    asked_at: datetime

    def wants(self, row: QuarantinedRow) -> bool:
        """Whether the row is meant."""
        return (
            self.feed in {None, row.feed}
            and (self.file is None or row.file == self.file or row.file.endswith(f"/{self.file}"))
            and self.line in {None, row.line}
            and (self.reason is None or any(self.reason in {code, code.partition(":")[0]} for code in row.reason_codes))
        )
