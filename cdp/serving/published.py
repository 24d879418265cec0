"""``cdp.open(path)``: the published data of a workspace, for Python."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from cdp.serving import lookups
from cdp.serving.customer import Customer360, view_customer
from cdp.serving.match import find_customers
from cdp.serving.reader import Reader, answered, published_link

if TYPE_CHECKING:
    import pandas as pd

    from cdp.activation import Audience


class Published:
    """One published version, read-only; ``refresh`` moves on to a newer one. Frames are pandas."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def __repr__(self) -> str:
        return f"<Published {self.path}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def path(self) -> Path:
        """The file that is open."""
        return self._reader.path

    def close(self) -> None:
        """Give the file back."""
        self._reader.close()

    def refresh(self) -> bool:
        """Move on to the version published now; false when it is the one already open."""
        return self._reader.refresh()

    def tables(self) -> list[str]:
        """Names of the published tables."""
        return self._reader.tables()

    def query(self, sql: str, params: Mapping[str, object] | None = None) -> pd.DataFrame:
        """A query's result; parameters are written ``$name``. Raises ``CdpError`` with DuckDB's message."""
        with contextlib.closing(self._reader.cursor()) as cursor, self._reader.explained():
            return answered(cursor, sql, params).df()

    def customer(self, key: str, *, limit: int = 5) -> Customer360:
        """The 360 view of a customer named by id, e-mail, phone, card, order, handle, device or ticket.

        Raises ``NotFoundError`` when nobody, or more than one, is known by the key.
        """
        return view_customer(self._reader, key, limit=limit)

    def find(self, text: str) -> pd.DataFrame:
        """Customers whose name, contact or address holds every word of ``text``."""
        return find_customers(self._reader, text).frame()

    def timeline(self, key: str, limit: int = 50) -> pd.DataFrame:
        """Contacts of a customer in every channel, newest first; ``limit`` 0 means all."""
        return lookups.timeline(self._reader, key, limit).frame()

    def segments(self) -> pd.DataFrame:
        """Every segment with its number of members."""
        return lookups.segments(self._reader).frame()

    def segment(self, name: str) -> pd.DataFrame:
        """Members of a segment, no contact data (``pull`` gives that, with consent). Raises ``NotFoundError``."""
        return lookups.segment_members(self._reader, name).frame()

    def segment_count(self, name: str) -> int:
        """Number of members of a segment. Raises ``NotFoundError``."""
        return lookups.segment_count(self._reader, name)

    def pull(self, segment: str, purpose: str) -> Audience:
        """Members who may be contacted for ``email``, ``sms`` or ``push``, or the ids for ``analysis``."""
        from cdp.activation import pull_audience

        return pull_audience(self.query, segment, purpose)

    def quarantine(self, feed: str | None = None) -> pd.DataFrame:
        """Refused rows: file, physical line, reasons, raw content."""
        return lookups.quarantine(self._reader, feed).frame()

    def files(self) -> pd.DataFrame:
        """The ledger of every delivered file."""
        return lookups.files(self._reader).frame()

    def runs(self) -> pd.DataFrame:
        """What each run read and made."""
        return lookups.runs(self._reader).frame()


def open_published(path: str | Path = ".") -> Published:
    """Open the workspace that holds ``path``, or a published ``.duckdb`` file.

    Raises ``NotFoundError`` when there is no workspace, or nothing is published in it yet.
    """
    return Published(Reader(published_link(Path(path))))
