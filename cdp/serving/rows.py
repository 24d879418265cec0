"""A query's result as plain Python values, turned into a pandas frame only when somebody asks for one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
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

    def frame(self) -> pd.DataFrame:
        """The same as a pandas frame."""
        import pandas as pd

        return pd.DataFrame.from_records(list(self.rows), columns=list(self.columns))
