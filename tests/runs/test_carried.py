"""A night writes what it changed, keeps the files of earlier runs for the rest, and every reader sees one table."""

from __future__ import annotations

import shutil
from datetime import date, timedelta

import duckdb
import pytest
from tests_support import run_cdp

from cdp.engines import open_engine
from cdp.identity.incremental.carry import CHANGES
from cdp.runs import Store, rollback, run
from cdp.runs import carried as carrying
from cdp.runs.parts import count_rows, gone_name, open_table
from cdp.runs.verify import verify
from cdp.workspace import load_workspace

LINKED = "identity_map"
KEPT = ("identity_edges", "identity_state_records", "identity_state_blocks", "identity_state_representatives")


@pytest.fixture
def root(published_sample, tmp_path, monkeypatch):
    monkeypatch.setattr(carrying, "LEAST_ROWS", 0)
    (tmp_path / "inbox").mkdir()
    return shutil.copytree(published_sample, tmp_path / "workspace", symlinks=True)


def night(root, number):
    outcome = run(
        load_workspace(root),
        inbox=root.parent / "inbox",
        business_date=date(2026, 6, 2) + timedelta(days=number),
        verify_incremental=True,
    )
    assert outcome.manifest is not None
    return outcome.manifest


def customers(root, count):
    with duckdb.connect(str((root / "data/serve/current").resolve()), read_only=True) as connection:
        query = "select customer_id from customers where not is_anonymous order by customer_id limit ?"
        return [customer for (customer,) in connection.execute(query, [count]).fetchall()]


def decide(root, kind, *keys):
    done = run_cdp("identity", kind, *keys, "-w", root, "--reason", "seen by hand", "--by", "anna")
    assert done.returncode == 0, done.stderr


def read(root, manifest, name):
    """A table as later stages see it, and as its files hold it."""
    engine = open_engine("duckdb")
    store = Store(root / "data")
    open_table(engine, store, manifest.tables, name, "seen")
    engine.read_parquet("held", [store.path(ref) for ref in manifest.tables[name]])
    counts = engine.scalar("select count(*) from seen"), engine.scalar("select count(*) from held")
    rows = engine.rows("select * from seen order by all")
    engine.close()
    return counts, rows


def test_nights_keep_the_files_of_what_they_did_not_touch_until_they_are_too_many(root, monkeypatch):
    before = Store(root / "data").head()
    decide(root, "link", *customers(root, 2))
    linked = night(root, 1)
    assert (linked.counts["verified_incremental"], linked.counts["merged"]) == (True, 1)
    for name in (*KEPT, LINKED):
        assert linked.tables[name][:-1] == before.tables[name], name
        (seen, held), _ = read(root, linked, name)
        assert seen == count_rows(linked.tables, name) < held, name
    assert linked.tables["id_crosswalk"][:-1] == before.tables["id_crosswalk"]

    [record] = read(root, linked, LINKED)[1][:1]
    decide(root, "unlink", *customers(root, 1), record[0])
    quiet = night(root, 2)
    quieter = night(root, 3)
    for name in (*KEPT, LINKED):
        assert quieter.tables[name] == quiet.tables[name], name
        assert quieter.tables[gone_name(name)] == quiet.tables[gone_name(name)], name
    assert not verify(load_workspace(root), all_runs=True).faults

    monkeypatch.setattr(carrying, "_MOST_FILES", 2)
    whole = night(root, 4)
    for name in (*KEPT, LINKED):
        assert len(whole.tables[name]) == 1, name
        assert gone_name(name) not in whole.tables, name
        assert read(root, whole, name)[1] == read(root, quieter, name)[1], name

    back = rollback(load_workspace(root), linked.run_id)
    assert read(root, back, LINKED) == read(root, linked, LINKED)
    monkeypatch.setattr(carrying, "_MOST_FILES", 12)
    assert night(root, 5).counts["verified_incremental"]


def test_every_table_that_is_kept_in_parts_is_read_in_parts(root):
    decide(root, "link", *customers(root, 2))
    manifest = night(root, 1)
    parted = {name for name in manifest.tables if gone_name(name) in manifest.tables}
    assert parted == set(CHANGES) - {"id_crosswalk"}
    with duckdb.connect(str((root / "data/serve/current").resolve()), read_only=True) as connection:
        for name in ("identity_map", "customers", "identifiers", "identity_edges", "id_crosswalk"):
            [(count,)] = connection.execute(f"select count(*) from {name}").fetchall()
            assert count == count_rows(manifest.tables, name), name
    shown = run_cdp("runs", "show", "-w", root, "--format", "json")
    assert ".gone" not in shown.stdout
    told = run_cdp("identity", "diff", "-w", root, "--settings", root / "pipelines/identity/settings.yaml")
    assert told.returncode == 0, told.stderr
