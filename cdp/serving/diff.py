"""Compare two published versions."""

from __future__ import annotations

from pathlib import Path

from cdp.serving.reader import Reader
from cdp.serving.rows import Rows

_SEGMENTS = "select segment, count_members from segments"
_MONEY = "select coalesce(sum(count_orders), 0), coalesce(sum(net_revenue), 0) from profiles"


def _figures(path: Path) -> dict[tuple[str, str], object]:
    with Reader(path) as reader:
        figures: dict[tuple[str, str], object] = {
            ("table", name): reader.scalar(f'select count(*) from "{name}"') for name in reader.tables()
        }
        figures.update({("segment", name): count for name, count in reader.fetch(_SEGMENTS).rows})
        orders, net_revenue = reader.fetch(_MONEY).rows[0]
    return {**figures, ("total", "orders"): orders, ("total", "net_revenue"): net_revenue}


def compare(before: Path, after: Path) -> Rows:
    """Figures that two published files differ in or share: what of, name, before, after, change.

    A figure that one of them lacks is ``None`` there. Raises ``NotFoundError`` when a file is gone.
    """
    left, right = _figures(before), _figures(after)
    rows = []
    for kind, name in sorted(left.keys() | right.keys(), key=lambda key: (key[0] != "total", key)):
        old, new = left.get((kind, name)), right.get((kind, name))
        change = None if old is None or new is None else new - old  # type: ignore[operator]
        rows.append((kind, name, old, new, change))
    return Rows(("of", "name", "before", "after", "change"), rows)
