"""Compute every KPI of a workspace and carry earlier days forward."""

from __future__ import annotations

from collections.abc import Sequence

from cdp.engines import Engine
from cdp.errors import EngineError, MeasureError, StepError
from cdp.measures.definitions import Kpi, KpiGroup
from cdp.measures.moment import Moment
from cdp.measures.published_views import READABLE, lacking, published, redirected, shadowed, unreadable

KPI_COLUMNS = (
    "business_date date, kpi varchar, dimension varchar, value double, unit varchar, title varchar, "
    "kpi_group varchar, formula varchar"
)
_NAMES = "business_date, kpi, dimension, value, unit, title, kpi_group, formula"


def check_kpi(kpi: Kpi) -> list[str]:
    """What is wrong with a definition before anything runs; empty when all is well."""
    try:
        strange = unreadable(kpi.sql, f"kpi {kpi.name}")
    except StepError as error:
        return [error.message]
    if hidden := shadowed(kpi.sql):
        return [f"kpi {kpi.name} calls a part of its select {hidden[0]!r}, as a published table is called: rename it"]
    if missing := lacking(kpi.sql, ("dimension", "value")):
        return [f"kpi {kpi.name}: its select gives no column {missing[0]}; it must give dimension and value"]
    return [f"kpi {kpi.name} reads {table!r}; it may read {', '.join(sorted(READABLE))}" for table in strange]


def build_kpis(engine: Engine, groups: Sequence[KpiGroup], moment: Moment, *, previous: bool) -> int:
    """Make ``kpis``: the figures of the business date, and those of earlier days from ``prev_kpis``.

    Gives the number of figures of the day. Raises ``MeasureError`` naming the KPI whose select fails, gives other
    columns than dimension and value, or names a dimension twice.
    """
    engine.execute(f"create or replace temp table kpis ({KPI_COLUMNS})")
    listed = [(group, kpi) for group in groups for kpi in group.kpis]
    with published(engine, [kpi.sql for _, kpi in listed]) as views:
        for group, kpi in listed:
            _insert(engine, group, kpi, redirected(kpi.sql, views), moment)
    count = int(engine.scalar("select count(*) from kpis"))
    if previous:
        engine.execute(
            f"insert into kpis select {_NAMES} from prev_kpis where business_date < $day", {"day": moment.business_date}
        )
    return count


def _insert(engine: Engine, group: KpiGroup, kpi: Kpi, sql: str, moment: Moment) -> None:
    said = {"day": moment.business_date, "name": kpi.name, "unit": kpi.unit, "title": kpi.title, "formula": kpi.formula}
    try:
        engine.execute(
            "insert into kpis select $day, $name, coalesce(cast(dimension as varchar), '(unknown)'), "
            "cast(value as double), $unit, $title, $kpi_group, $formula "
            f"from ({sql}\n) as figures where isfinite(cast(value as double))",
            {**said, **moment.params(), "kpi_group": group.group},
        )
    except EngineError as error:
        raise MeasureError(
            f"KPI {kpi.name} in pipelines/kpis/{group.group}.yaml: {error.message.splitlines()[0]}",
            "its select must give dimension and value; 'cdp query' runs a select on the published tables",
        ) from error
    doubled = engine.rows(
        "select dimension from kpis where kpi = $name group by dimension having count(*) > 1 order by 1 limit 1",
        {"name": kpi.name},
    )
    if doubled:
        raise MeasureError(
            f"KPI {kpi.name} in pipelines/kpis/{group.group}.yaml gives dimension {doubled[0][0]!r} more than once",
            "group by the dimension",
        )
