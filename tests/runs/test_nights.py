"""Whole runs over the sample: again, killed, rolled back, read while they run."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from tests_support import NIGHTS, SAMPLE, run_cdp, table_digests

import cdp
from cdp.errors import LockedError
from cdp.runs.lock import locked
from cdp.workspace.init import init_workspace

KILLS = 20


@pytest.fixture
def workspace(tmp_path):
    root = tmp_path / "workspace"
    init_workspace(root)
    return root


def night(workspace, number):
    name, date = NIGHTS[number]
    return run_cdp("run", "--workspace", workspace, "--inbox", SAMPLE / "inbox" / name, "--date", date)


def digests(workspace):
    with cdp.open(workspace) as published:
        return table_digests(published)


def test_two_runs_of_the_same_exports_make_the_same_tables(published_sample, workspace):
    for number in range(len(NIGHTS)):
        assert night(workspace, number).returncode in {0, 4}
    assert digests(workspace) == digests(published_sample)


def test_a_killed_run_resumes_to_the_same_tables(published_sample, workspace):
    """SIGKILL at 20 random moments over both nights, then undisturbed: as if nothing had happened."""
    random.seed(20)
    kills = 0
    for name, date in NIGHTS:
        call = [sys.executable, "-m", "cdp", "run", "--workspace", str(workspace)]
        call += ["--inbox", str(SAMPLE / "inbox" / name), "--date", date]
        for _ in range(KILLS // len(NIGHTS)):
            process = subprocess.Popen(call, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                process.wait(timeout=random.uniform(0.3, 14))
            except subprocess.TimeoutExpired:
                os.kill(process.pid, signal.SIGKILL)
                process.wait()
                kills += 1
        done = run_cdp("run", "--workspace", workspace, "--inbox", SAMPLE / "inbox" / name, "--date", date)
        assert done.returncode in {0, 4}, done.stderr
    assert kills >= KILLS // 2
    assert digests(workspace) == digests(published_sample)


def test_a_reader_never_fails_and_never_sees_half_a_state(workspace):
    assert night(workspace, 0).returncode in {0, 4}
    seen, failures, stop = set(), [], threading.Event()

    def read():
        while not stop.is_set():
            try:
                with cdp.open(workspace) as published:
                    frame = published.query(
                        "select (select count(*) from profiles) as profiles, (select max(run_id) from runs) as run_id, "
                        "(select count(*) from customers where not is_anonymous) as customers"
                    )
                    row = frame.iloc[0]
                    if row.profiles != row.customers:
                        failures.append(row.to_dict())
                    seen.add((row.run_id, row.profiles))
            except Exception as error:
                failures.append(repr(error))
            time.sleep(0.02)

    reader = threading.Thread(target=read)
    reader.start()
    try:
        assert night(workspace, 1).returncode in {0, 4}
        time.sleep(0.3)
    finally:
        stop.set()
        reader.join()
    assert failures == []
    assert len(seen) == 2, "one state before, one after"


def test_rollback_goes_back_and_the_next_run_loads_the_night_again(workspace):
    night(workspace, 0)
    first = digests(workspace)
    night(workspace, 1)
    second = digests(workspace)
    assert run_cdp("rollback", "--workspace", workspace).returncode == 0
    assert digests(workspace) == first
    assert night(workspace, 1).returncode in {0, 4}
    changed = {name for name, digest in digests(workspace).items() if digest != second[name]}
    assert changed <= {"runs", "id_crosswalk", "source_files", "quarantine_rows"}, "only the run's own name may differ"


def test_a_second_run_is_turned_away(workspace):
    with locked(workspace / "data"):
        turned_away = night(workspace, 0)
        assert turned_away.returncode == LockedError.exit_code
        assert "another run holds" in turned_away.stderr


def test_the_published_file_opens_in_an_older_duckdb(published_sample):
    older = os.environ.get("CDP_OLDER_DUCKDB")
    if not older:
        pytest.skip("CDP_OLDER_DUCKDB is not set: 'make test' installs DuckDB 1.4 beside and names it")
    path = (published_sample / "data/serve/current").resolve()
    code = (
        "import duckdb, sys; c = duckdb.connect(sys.argv[1], read_only=True); "
        "print(duckdb.__version__, c.execute('select count(*) from profiles').fetchone()[0])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)],
        env={**os.environ, "PYTHONPATH": str(Path(older).resolve())},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    version, count = done.stdout.split()
    assert version.startswith("1.4.")
    assert int(count) > 100
