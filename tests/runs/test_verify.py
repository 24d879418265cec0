"""cdp runs verify sees what somebody, or a disk, did to a run's files."""

from __future__ import annotations

import shutil

import pytest

from cdp.cli import main
from cdp.runs import Store
from cdp.runs.verify import verify
from cdp.workspace import load_workspace


@pytest.fixture
def workspace(published_sample, tmp_path):
    return shutil.copytree(published_sample, tmp_path / "workspace", symlinks=True)


def faults(workspace, **options):
    return [(file, told) for _, file, told in verify(load_workspace(workspace), **options).faults]


def test_an_untouched_workspace_is_whole(published_sample, capsys):
    found = verify(load_workspace(published_sample), all_runs=True)
    assert found.faults == ()
    assert len(found.runs) == 2
    assert found.files > 30
    assert main(["runs", "verify", "-w", str(published_sample)]) == 0
    assert "every file is as it was written" in capsys.readouterr().err


def test_missing_changed_and_broken_files_are_named(workspace, capsys):
    store = Store(workspace / "data")
    head = store.head()
    gone, changed = (store.path(head.tables[name][0]) for name in ("profiles", "customers"))
    gone.unlink()
    content = bytearray(changed.read_bytes())
    content[len(content) // 2] ^= 1
    changed.write_bytes(content)
    (store.serve / head.published).write_bytes(b"nothing")
    told = dict(faults(workspace))
    assert told[head.tables["profiles"][0].path] == "is missing"
    assert told[head.tables["customers"][0].path].startswith("was changed")
    assert told[f"serve/{head.published}"].startswith("is not readable")
    assert len(told) == 3
    assert main(["runs", "verify", "-w", str(workspace), "--format", "csv"]) == 1
    assert "profiles.parquet,is missing" in capsys.readouterr().out


def test_a_pointer_that_went_astray_is_told(workspace):
    store = Store(workspace / "data")
    first = next(store.history())
    store.current.unlink()
    store.current.symlink_to(first.published)
    assert faults(workspace) == [("serve/current", f"points to {first.published}")]
    assert verify(load_workspace(workspace), first.run_id).runs == (first.run_id,)
