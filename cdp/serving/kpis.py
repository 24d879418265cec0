"""Published figures of the business."""

from __future__ import annotations

from cdp.errors import NotFoundError
from cdp.serving.reader import Reader
from cdp.serving.rows import Rows

_KPIS = """
select business_date, kpi, dimension, value, unit, title
from kpis
where ($name is null or kpi = $name)
    and ($history or business_date = (select max(business_date) from kpis))
order by kpi_group, kpi, dimension, business_date desc
"""


def kpis(reader: Reader, name: str | None = None, *, history: bool = False) -> Rows:
    """Figures of the last business date, or of every date; of one KPI, or of all.

    Raises ``NotFoundError`` when no such KPI is published.
    """
    found = reader.fetch(_KPIS, {"name": name, "history": history})
    if name is not None and not len(found):
        names = [str(row["kpi"]) for row in reader.fetch("select distinct kpi from kpis order by 1")]
        raise NotFoundError(f"no KPI {name!r} is published", f"there are: {', '.join(names) or 'none'}")
    return found
