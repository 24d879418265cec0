"""cdp run goes on from the last night, and says when it must not be trusted."""

from __future__ import annotations

import json
import shutil

import duckdb
import pytest
from tests_support import run_cdp


@pytest.fixture
def workspace(published_sample, tmp_path):
    root = shutil.copytree(published_sample, tmp_path / "workspace", symlinks=True)
    (tmp_path / "inbox").mkdir()
    return root


def next_night(root, *options):
    return run_cdp(
        "run", "-w", root, "--inbox", root.parent / "inbox", "--date", "2026-06-03", "--format", "json", *options
    )


def head(root):
    name = (root / "data/manifests/HEAD").read_text().strip()
    return json.loads((root / f"data/manifests/{name}.json").read_text())


def tamper(root, table, select):
    """Rewrite a kept table behind the product's back."""
    [ref] = head(root)["tables"][table]
    path = root / "data" / ref["path"]
    with duckdb.connect() as connection:
        connection.execute(f"create table changed as select {select} from '{path}'")
        connection.execute(f"copy changed to '{path}' (format parquet)")


def swap_two_records(root):
    [ref] = head(root)["tables"]["identity_map"]
    with duckdb.connect() as connection:
        rows = connection.execute(
            f"select customer_id, max(record_id) from '{root / 'data' / ref['path']}' "
            "group by customer_id having count(*) > 2 order by customer_id limit 2"
        ).fetchall()
    (one, first), (other, second) = rows
    tamper(
        root,
        "identity_map",
        f"* replace (case record_id when '{first}' then '{other}' when '{second}' then '{one}' else customer_id end "
        "as customer_id)",
    )
    return {first, second}


def test_an_incremental_night_is_held_against_a_full_run(workspace):
    done = next_night(workspace, "--verify-incremental")
    assert done.returncode in {0, 4}, done.stderr
    counts = head(workspace)["counts"]
    assert (counts["full_reason"], counts["verified_incremental"], counts["merged"]) == ("", True, 0)
    assert "verified: the incremental night gives exactly what a full run gives" in done.stdout
    again = next_night(workspace, "--verify-incremental")
    assert "Nothing was verified" in again.stderr


def test_differing_records_are_named_in_the_report_alone_and_nothing_is_published(workspace):
    before, swapped = head(workspace), swap_two_records(workspace)
    done = next_night(workspace, "--verify-incremental")
    assert done.returncode == 1
    assert "differs from a full run in identity_map" in done.stderr
    [report] = (workspace / "data/runs").glob("*/verify_incremental.json")
    assert swapped <= set(json.loads(report.read_text(encoding="utf-8"))["records"])
    said = done.stdout + done.stderr + "".join(log.read_text() for log in (workspace / "data/runs").glob("*/run.log"))
    assert not any(record in said for record in swapped)
    assert head(workspace) == before


def test_customers_of_whom_nothing_new_is_known_keep_their_id_or_nothing_is_published(workspace):
    before = head(workspace)
    swap_two_records(workspace)
    tamper(workspace, "identity_state", "* replace ('another version' as code)")
    done = next_night(workspace)
    assert done.returncode == 1
    assert "of customers of whom nothing new is known keep their id" in done.stderr
    assert head(workspace) == before
