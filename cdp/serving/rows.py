"""A query's result as plain Python values, turned into a pandas frame only when somebody asks for one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Rows:
    """Column names and rows. Money stays ``Decimal``, instants are naive UTC ``datetime``."""

    columns: tuple[str, ...]
    rows: Sequence[tuple[Any, ...]]

    @classmethod
    def of(cls, columns: Sequence[str], records: Sequence[Mapping[str, Any]]) -> Rows:
        """Rows from mappings; what a mapping lacks is ``None``."""
        return cls(tuple(columns), [tuple(record.get(name) for name in columns) for record in records])

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return (dict(zip(self.columns, row, strict=True)) for row in self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def ordered(self, *keys: str, limit: int | None = None) -> Rows:
        """The same by these columns, ``-`` before a name for descending, nulls last; the first ``limit`` of them."""
        found = list(self.rows)
        for key in reversed(keys):
            at = self.columns.index(key.removeprefix("-"))
            known = [row for row in found if row[at] is not None]
            known.sort(key=itemgetter(at), reverse=key.startswith("-"))
            found = known + [row for row in found if row[at] is None]
        return Rows(self.columns, found[:limit])

    def without(self, *columns: str) -> Rows:
        """The same with these columns left out."""
        kept = [at for at, name in enumerate(self.columns) if name not in columns]
        return Rows(tuple(self.columns[at] for at in kept), [tuple(row[at] for at in kept) for row in self.rows])

    def frame(self) -> pd.DataFrame:
        """The same as a pandas frame."""
        import pandas as pd

        return pd.DataFrame.from_records(list(self.rows), columns=list(self.columns))
