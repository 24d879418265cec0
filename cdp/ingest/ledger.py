"""The account of every delivered file: what was read, and where each row went."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

from cdp.errors import LedgerError


class FileStatus(StrEnum):
    """What became of a delivered file."""

    loaded = "loaded"
    replayed = "replayed"
    empty = "empty"
    refused = "refused"
    unknown = "unknown"


@dataclass(frozen=True)
class FileLedger:
    """Counts of rows of one file; ``rows_read`` is the sum of the other four, or the run fails."""

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


@dataclass(frozen=True)
class QuarantinedRow:
    """One refused row: where it stands, why, and its raw text."""

    file: str
    line: int
    feed: str
    run_id: str
    reason_codes: tuple[str, ...]
    detail: str
    raw: str
    row_key: str | None = None

    def as_row(self) -> dict[str, Any]:
        """Columns of ``quarantine_rows``."""
        return {**asdict(self), "reason_codes": list(self.reason_codes)}
