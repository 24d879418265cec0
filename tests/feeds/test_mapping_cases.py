"""Every mapping against a few rows that can be checked by eye (tests/cases/feeds/<feed>/<table>.yaml)."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from cdp.engines import open_engine
from cdp.ingest.checks import quoted
from cdp.ingest.feed_view import sql_type, view_sql
from cdp.ingest.mapping import conformed, empty_table

ROOT = Path(__file__).parents[2]
CASES = ROOT / "tests" / "cases" / "feeds"
MAPPINGS = sorted((ROOT / "pipelines" / "feeds").glob("*/*.sql"))
ALL = [
    pytest.param(path.parent.name, path.stem, case, id=f"{path.parent.name}/{path.stem}: {case['case']}")
    for path in sorted(CASES.glob("*/*.yaml"))
    for case in yaml.safe_load(path.read_text(encoding="utf-8"))
]


@pytest.fixture(scope="module")
def engine():
    engine = open_engine("duckdb", temp_dir=None, memory_limit=None, threads=1)
    yield engine
    engine.close()


def told(value):
    """Text of a result value, as the cases write it."""
    if isinstance(value, bool):
        return str(value).lower()
    return None if value is None else str(value)


def fill(engine, name, known, given):
    """A table with all its ``known`` columns (name → type); those the case leaves out are null."""
    columns = list(given["columns"])
    assert set(columns) <= known.keys(), f"{name} has no column {sorted(set(columns) - known.keys())}"
    values = ", ".join(
        "(" + ", ".join("null" if v is None else "'" + str(v).replace("'", "''") + "'" for v in (*row, number)) + ")"
        for number, row in enumerate(given["rows"])
    )
    listed = ", ".join(quoted(column) for column in (*columns, "_number"))
    chosen = [f"{quoted(c) if c in columns else 'null'}::{kind} as {quoted(c)}" for c, kind in known.items()]
    if "_row" in known:
        chosen[list(known).index("_row")] = "_number::bigint as _row"
    engine.create_table(name, f"select {', '.join(chosen)} from (values {values}) as given_rows({listed})")


@pytest.mark.parametrize(("feed", "table", "case"), ALL)
def test_case(feed, table, case, feeds, engine):
    for name, contract in feeds.canonical.items():
        engine.create_table(name, empty_table(contract))
    for name, given in case["given"].items():
        if name != feed:
            fill(engine, name, {item.name: item.type for item in feeds.canonical[name].properties}, given)
    contract = feeds.contracts[feeds.feeds[feed].contract]
    landed = {item.name: sql_type(item) for item in contract.properties}
    own = {"_file_id": "varchar", "_row": "bigint", "_extra": "varchar"}
    fill(engine, "landed_rows", landed | own, case["given"][feed])
    engine.create_table(feed, view_sql(contract, "select * from landed_rows"))
    path = ROOT / "pipelines" / "feeds" / feed / f"{table}.sql"
    engine.create_table("mapped", path.read_text(encoding="utf-8"))
    engine.create_table("made", conformed(engine, "mapped", feeds.tables[table], str(path)))
    columns = case["expect"]["columns"]
    made = engine.rows(f"select {', '.join(map(quoted, columns))} from made")
    got = sorted(([told(value) for value in row] for row in made), key=str)
    want = sorted(([told(value) for value in row] for row in case["expect"]["rows"]), key=str)
    assert got == want


def test_every_mapping_has_a_case():
    named = {(path.parent.name, path.stem) for path in CASES.glob("*/*.yaml")}
    assert named == {(path.parent.name, path.stem) for path in MAPPINGS}
