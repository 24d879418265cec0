"""Read what a workspace says of KPIs and computed attributes."""

from __future__ import annotations

from pathlib import Path

from cdp.contracts import Fault, TableContract
from cdp.errors import MeasureError
from cdp.measures.attributes import check_attribute, in_levels
from cdp.measures.definitions import Attribute, KpiGroup
from cdp.measures.kpis import check_kpi
from cdp.workspace.reader import Reader


def read_attributes(reader: Reader, profiles: TableContract | None) -> dict[str, tuple[Path, Attribute]]:
    """Computed attributes by name with their files; none may take a column of profiles or go in a circle."""
    found = reader.load_all("pipelines/attributes", "*.yaml", Attribute, lambda item: item.name)
    taken = {item.name for item in profiles.properties} if profiles else set()
    for path, attribute in found.values():
        place = ("sql",) if attribute.sql is not None else ("expression",)
        for message in check_attribute(attribute):
            reader.at(path, place, message)
        if attribute.name in taken:
            reader.at(path, ("name",), f"profiles has a column {attribute.name!r} already", "another name")
    try:
        in_levels([attribute for _, attribute in found.values()])
    except MeasureError as error:
        reader.faults.append(Fault(Path("pipelines/attributes"), 0, "", error.message, error.hint))
    return found


def read_kpis(reader: Reader) -> dict[str, tuple[Path, KpiGroup]]:
    """Groups of KPIs by name with their files; a KPI stands in one file."""
    found = reader.load_all("pipelines/kpis", "*.yaml", KpiGroup, lambda item: item.group)
    told: dict[str, Path] = {}
    for path, group in found.values():
        for index, kpi in enumerate(group.kpis):
            for message in check_kpi(kpi):
                reader.at(path, ("kpis", index, "sql"), message)
            if kpi.name in told:
                other = told[kpi.name].name
                reader.at(path, ("kpis", index, "name"), f"{kpi.name} is defined in {other} too", "another name")
            told[kpi.name] = path
    return found
