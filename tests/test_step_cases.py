"""Run ``tests/cases/<stage>/<step>.yaml``: a few rows in, expected rows out, for every SQL step."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from cdp.engines import open_engine
from cdp.engines.duckdb import quote
from cdp.steps import load_step
from cdp.steps.loader import STEPS_ROOT

CASES_ROOT = Path(__file__).parent / "cases"
ELSEWHERE = {"feeds"}
"""Folders of cases that another runner runs."""

STEP_PATHS = {(path.parent.name, path.stem): path for path in sorted(STEPS_ROOT.glob("*/*.sql"))}
CASE_PATHS = {
    (path.parent.name, path.stem): path
    for path in sorted(CASES_ROOT.glob("*/*.yaml"))
    if path.parent.name not in ELSEWHERE
}
_INSTANT = re.compile(r"^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(:\d{2}([.]\d+)?)?$")
_DATE = re.compile(r"^\d{4}-\d{2}-\d{2}$")


def read_cases(path):
    return yaml.safe_load(path.read_text(encoding="utf-8")) or []


def all_cases():
    """Every case; a file that cannot be read is told by the test of its form."""
    for (stage, step), path in CASE_PATHS.items():
        try:
            cases = read_cases(path)
        except yaml.YAMLError:
            continue
        for case in cases:
            yield pytest.param(stage, step, case, id=f"{stage}/{step}: {case['case']}")


def bound(value):
    """A parameter as the pipeline would bind it: instants and dates are no text."""
    if isinstance(value, str) and _INSTANT.match(value):
        return datetime.fromisoformat(value)
    if isinstance(value, str) and _DATE.match(value):
        return date.fromisoformat(value)
    return value


def give(engine, name, table):
    columns = table["columns"]
    engine.drop(name)
    defined = ", ".join(f"{quote(column)} {kind}" for column, kind in columns.items())
    engine.execute(f"create temp table {quote(name)} ({defined})")
    slots = ", ".join(f"cast($p{n} as {kind})" for n, kind in enumerate(columns.values()))
    for row in table.get("rows") or []:
        assert len(row) == len(columns), f"{name}: {row} does not have {len(columns)} values"
        values = {f"p{n}": value for n, value in enumerate(row)}
        engine.execute(f"insert into {quote(name)} select {slots}", values)


def plain(value, kind):
    """A value as text that does not depend on how YAML or DuckDB writes it."""
    if value is None:
        return None
    if kind.endswith("]") or kind.startswith(("STRUCT", "MAP")):
        return json.dumps(value, default=lambda item: plain(item, ""), sort_keys=True)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if kind.startswith("TIMESTAMP"):
        return datetime.fromisoformat(str(value)).isoformat(sep=" ")
    if kind.startswith("DECIMAL") or isinstance(value, Decimal):
        return f"{Decimal(str(value)).normalize():f}"
    if kind in {"DOUBLE", "FLOAT"}:
        return f"{round(float(value), 6):.15g}"
    if kind == "BOOLEAN" or isinstance(value, bool):
        return str(value).lower()
    return str(value)


def shown(rows):
    return "\n".join(f"    {list(row)}" for row in sorted(rows, key=str)) or "    (none)"


@pytest.fixture
def engine(tmp_path):
    engine = open_engine("duckdb", temp_dir=tmp_path, threads=1)
    yield engine
    engine.close()


@pytest.mark.parametrize(("stage", "step", "case"), list(all_cases()))
def test_case(engine, stage, step, case):
    loaded = load_step(STEP_PATHS[stage, step])
    for name, table in case["given"].items():
        give(engine, name, table)
    missing = sorted(loaded.reads - case["given"].keys())
    assert not missing, f"{step} reads {', '.join(missing)}, which the case does not give"
    params = {name: bound(value) for name, value in (case.get("params") or {}).items()}
    engine.create_table(step, loaded.sql, params)

    columns = case["expect"]["columns"]
    kinds = engine.columns(step)
    unknown = [column for column in columns if column not in kinds]
    assert not unknown, f"{step} has no column {', '.join(unknown)}; it has {', '.join(kinds)}"
    found = engine.rows(f"select {', '.join(map(quote, columns))} from {quote(step)}")
    types = [kinds[column] for column in columns]
    wanted = case["expect"]["rows"] or []
    expected, got = (
        Counter(tuple(plain(value, kind) for value, kind in zip(row, types, strict=True)) for row in rows)
        for rows in (wanted, found)
    )
    if expected != got:
        pytest.fail(
            f"{stage}/{step}: {case['case']}\n  columns: {columns}\n"
            f"  expected, but did not get:\n{shown((expected - got).elements())}\n"
            f"  got, but did not expect:\n{shown((got - expected).elements())}",
            pytrace=False,
        )


def test_every_step_has_a_case():
    assert not [f"{stage}/{step}" for stage, step in STEP_PATHS.keys() - CASE_PATHS.keys()]


def test_every_case_file_belongs_to_a_step():
    assert not [f"{stage}/{step}" for stage, step in CASE_PATHS.keys() - STEP_PATHS.keys()]


@pytest.mark.parametrize("path", list(CASE_PATHS.values()), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_case_files_are_well_formed(path):
    cases = read_cases(path)
    assert cases, "the file has no case"
    titles = [case["case"] for case in cases]
    assert len(set(titles)) == len(titles), "two cases have one title"
    for case in cases:
        assert case.keys() <= {"case", "params", "given", "expect"}
        assert case["expect"].keys() == {"columns", "rows"}
