"""Hold an incremental night against a full run of the same night."""

from __future__ import annotations

from dataclasses import dataclass

from cdp.engines import Engine

COMPARED = (
    "identity_map",
    "identity_edges",
    "customers",
    "identifiers",
    "usable_identifiers",
    "blocked_identifiers",
    "id_crosswalk",
)
_SHOWN = 5


@dataclass(frozen=True)
class Difference:
    """Rows of one table that only one of the two runs has; ``shown``: some of them, as text."""

    table: str
    only_incremental: int
    only_full: int
    shown: tuple[str, ...]

    def __str__(self) -> str:
        return (
            f"{self.table}: {self.only_incremental} rows only in the incremental night, "
            f"{self.only_full} only in the full run ({'; '.join(self.shown)})"
        )


def differing_records(engine: Engine, incremental: str, full: str) -> list[str]:
    """Records that the two identity maps give to different customers, or that only one of them has."""
    rows = engine.rows(
        f"select coalesce(mine.record_id, other.record_id) as record_id from {incremental} as mine "
        f"full join {full} as other on mine.record_id = other.record_id "
        "where mine.customer_id is distinct from other.customer_id order by 1"
    )
    return [str(record) for (record,) in rows]


def compare(engine: Engine, table: str, incremental: str, full: str) -> Difference | None:
    """How two versions of a table differ; ``None`` when they hold the same rows."""
    columns = ", ".join(sorted(engine.columns(full)))
    sides = []
    for one, other in ((incremental, full), (full, incremental)):
        query = f"select {columns} from {one} except all select {columns} from {other}"
        count = int(engine.scalar(f"select count(*) from ({query}) as differing"))
        sides.append((count, engine.rows(f"{query} order by all limit {_SHOWN}") if count else []))
    if not any(count for count, _ in sides):
        return None
    names = ("incremental", "full")
    shown = [f"{name}: {row}" for name, (_, rows) in zip(names, sides, strict=True) for row in rows]
    return Difference(table, sides[0][0], sides[1][0], tuple(shown))
