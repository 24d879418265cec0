"""docs/measures.md: its examples run on the sample, and it names every column that measures add."""

from __future__ import annotations

import re

import pytest
import yaml
from tests_support import ROOT

import cdp
from cdp.measures import MEASURED_COLUMNS
from cdp.measures.attributes import check_attribute
from cdp.measures.definitions import Attribute, KpiGroup
from cdp.measures.kpis import check_kpi

PAGE = (ROOT / "docs/measures.md").read_text(encoding="utf-8")
YAML = [yaml.safe_load(text) for text in re.findall(r"^```yaml\n(.*?)^```", PAGE, re.M | re.S)]
SELECTS = re.findall(r"^```sql\n(.*?)^```", PAGE, re.M | re.S)


def run(published, sql):
    return published.query(sql.replace("$as_of", "(select max(as_of) from runs)"))


@pytest.mark.parametrize("said", [said for said in YAML if said["kind"] == "attribute"], ids=lambda said: said["name"])
def test_an_attribute_of_the_page_runs(published_sample, said):
    attribute = Attribute.model_validate(said)
    assert check_attribute(attribute) == []
    sql = attribute.sql or f"select customer_id, {attribute.expression} as value from profiles"
    with cdp.open(published_sample) as published:
        found = run(published, sql)
    assert found["value"].notna().any()


def test_the_kpis_of_the_page_run(published_sample):
    (group,) = (KpiGroup.model_validate(said) for said in YAML if said["kind"] == "kpis")
    with cdp.open(published_sample) as published:
        for kpi in group.kpis:
            assert check_kpi(kpi) == []
            assert (run(published, kpi.sql)["value"] > 0).any()


@pytest.mark.parametrize("sql", SELECTS, ids=lambda sql: sql.split("from ")[1].split()[0])
def test_a_select_of_the_page_runs(published_sample, sql):
    with cdp.open(published_sample) as published:
        published.query(sql)


def test_the_page_names_every_column_that_measures_add():
    assert [name for name in MEASURED_COLUMNS if f"`{name}`" not in PAGE] == []
