"""Everything the product raises on purpose.

CdpError                    exit 1
├── UsageError              exit 2   the call itself is wrong
├── LockedError             exit 3   another run holds the workspace
├── WorkspaceError                   YAML or cdp.toml is wrong; carries every fault
├── ContractError                    a contract or mapping does not fit the data it meets
│   └── DriftError                   a file's columns are not those of its contract
├── IngestError                      a delivered file cannot be read
│   └── EncodingError                its text is not in the encoding that its feed declares
├── LedgerError                      rows read do not add up
├── GateError                        a quality gate stopped the run
├── StepError                        a SQL step is wrong or not portable
├── IdentityError
├── MeasureError                     the data cannot carry a model
├── PublishError                     the audit refused the new version
└── NotFoundError                    no such customer, segment, run …
"""

from __future__ import annotations


class CdpError(Exception):
    """Root of all errors that a user may see: what is wrong, where, and what to do next."""

    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n  → {self.hint}" if self.hint else self.message


class UsageError(CdpError):
    """The command or function was called wrongly."""

    exit_code = 2


class LockedError(CdpError):
    """Another run holds the workspace."""

    exit_code = 3


class WorkspaceError(CdpError):
    """The workspace's own files are wrong."""


class ContractError(CdpError):
    """A contract or a mapping does not fit the data it meets."""


class DriftError(ContractError):
    """A file's columns do not fit its contract: it waits until somebody accepts them."""


class IngestError(CdpError):
    """A delivered file cannot be read."""


class EncodingError(IngestError):
    """A file's text is not in the encoding that its feed declares: it waits until somebody corrects that."""


class LedgerError(CdpError):
    """Rows read do not equal accepted + quarantined + duplicate + superseded."""


class GateError(CdpError):
    """A quality gate stopped the run."""


class EngineError(CdpError):
    """The engine refused a statement: the SQL, a file it reads, or memory."""


class OutOfMemoryError(EngineError):
    """The engine needed more memory than it may take."""


class StepError(CdpError):
    """A SQL step is malformed, not portable, or reads a table that nobody makes."""


class IdentityError(CdpError):
    """Identity resolution met data or settings it cannot work with."""


class MeasureError(CdpError):
    """A measure cannot be computed from these data, and why."""


class PublishError(CdpError):
    """The audit refused the new version; the old one stays published."""


class NotFoundError(CdpError):
    """What was asked for does not exist."""
