"""Whole runs over the sample: again, killed, rolled back, read while they run."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from datetime import date
from pathlib import Path

import pytest
from tests_support import NIGHTS, SAMPLE, run_cdp, table_digests

import cdp
from cdp.errors import CdpError, LockedError, NotFoundError
from cdp.runs import Store, rollback, run, vacuum
from cdp.runs.lock import locked
from cdp.workspace import load_workspace
from cdp.workspace.init import init_workspace

KILLS = 20


def night(workspace, number, day=None):
    """One night in this process, which spares loading the libraries again."""
    name, usual = NIGHTS[number]
    return run(load_workspace(workspace), inbox=SAMPLE / "inbox" / name, business_date=date.fromisoformat(day or usual))


def digests(workspace):
    with cdp.open(workspace) as published:
        return table_digests(published)


@pytest.fixture(scope="module")
def after_first_night(tmp_path_factory):
    root = init_workspace(tmp_path_factory.mktemp("first") / "workspace")
    assert night(root, 0).published
    return root


@pytest.fixture
def workspace(after_first_night, tmp_path):
    """A copy of a workspace in which the first night is published."""
    return shutil.copytree(after_first_night, tmp_path / "workspace", symlinks=True)


def test_two_runs_of_the_same_exports_make_the_same_tables(published_sample, workspace):
    night(workspace, 1)
    assert digests(workspace) == digests(published_sample)


def test_the_same_night_again_publishes_nothing(workspace):
    before = digests(workspace)
    again = night(workspace, 0)
    assert (again.published, again.exit_code) == (False, 0)
    assert digests(workspace) == before


def test_a_changed_workspace_is_published_anew(workspace):
    segment = workspace / "pipelines/segments/vip_lapsed.yaml"
    segment.write_text(segment.read_text().replace("value: 600", "value: 500"))
    assert night(workspace, 0).published


def test_an_earlier_date_does_not_move_history_back(workspace):
    late = night(workspace, 1, "2026-01-01")
    assert late.manifest.date.isoformat() == NIGHTS[0][1]
    assert any("business date stays" in warning for warning in late.warnings)


@pytest.mark.parametrize("moment", ["point_to", "show"])
def test_a_crash_while_committing_is_made_good(published_sample, workspace, monkeypatch, moment):
    step = getattr(Store, moment)

    def crash(store, manifest):
        if manifest.run_id.endswith("0002"):
            raise KeyboardInterrupt
        step(store, manifest)

    with monkeypatch.context() as patch:
        patch.setattr(Store, moment, crash)
        with pytest.raises(KeyboardInterrupt):
            night(workspace, 1)
    night(workspace, 1)
    assert digests(workspace) == digests(published_sample)


def test_a_killed_run_resumes_to_the_same_tables(tmp_path):
    """SIGKILL at 20 random moments over several nights, each then undisturbed: as if nothing had happened."""
    random.seed(20)
    steps = [(0, NIGHTS[0][1]), (1, NIGHTS[1][1]), *((1, f"2026-06-{day:02d}") for day in range(2, 30))]
    killed, undisturbed = (init_workspace(tmp_path / name) for name in ("killed", "undisturbed"))
    kills = done = 0
    while kills < KILLS:
        number, day = steps[done]
        call = [sys.executable, "-m", "cdp", "run", "--workspace", str(killed), "--date", day]
        call += ["--inbox", str(SAMPLE / "inbox" / NIGHTS[number][0])]
        process = subprocess.Popen(call, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            assert process.wait(timeout=random.uniform(0.3, 7)) in {0, 4}
            done += 1
        except subprocess.TimeoutExpired:
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
            kills += 1
    for number, day in steps[: done + 1]:
        night(undisturbed, number, day)
    night(killed, *steps[done])
    assert digests(killed) == digests(undisturbed)


def test_a_reader_never_fails_and_never_sees_half_a_state(workspace):
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
        assert night(workspace, 1).published
        time.sleep(0.3)
    finally:
        stop.set()
        reader.join()
    assert failures == []
    assert len(seen) == 2, "one state before, one after"


def test_rollback_goes_back_and_the_next_run_loads_the_night_again(published_sample, workspace):
    first = digests(workspace)
    night(workspace, 1)
    assert run_cdp("rollback", "--workspace", workspace).returncode == 0
    assert digests(workspace) == first
    assert night(workspace, 1).published
    second, again = digests(published_sample), digests(workspace)
    changed = {name for name in second if again[name] != second[name]}
    assert changed <= {"runs", "id_crosswalk", "source_files", "quarantine_rows", "quality_checks"}, (
        "only the run's name may differ"
    )


def test_vacuum_keeps_what_is_published(workspace):
    night(workspace, 1)
    before = digests(workspace)
    config = workspace / "cdp.toml"
    config.write_text(config.read_text().replace("runs = 30", "runs = 1"))
    removed = vacuum(load_workspace(workspace))
    assert removed.runs == (f"{NIGHTS[0][1]}-0001",)
    assert removed.files > 0
    assert digests(workspace) == before
    with pytest.raises(NotFoundError):
        rollback(load_workspace(workspace))


def test_too_little_disk_is_said_before_anything_is_done(workspace):
    config = workspace / "cdp.toml"
    config.write_text(config.read_text().replace("free_disk_gb = 1.0", "free_disk_gb = 1e9"))
    with pytest.raises(CdpError, match="GB needed"):
        night(workspace, 1)


def test_logs_hold_no_personal_data(published_sample):
    with cdp.open(published_sample) as published:
        emails = published.query("select distinct email from profiles where email is not null").email
    logs = [path.read_text() for path in (published_sample / "data/runs").rglob("*") if path.is_file()]
    assert logs
    assert [email for email in emails if any(email in log for log in logs)] == []


def test_a_second_run_is_turned_away(workspace):
    with locked(workspace / "data"):
        turned_away = run_cdp("run", "--workspace", workspace)
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
