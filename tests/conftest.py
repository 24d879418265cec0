"""Both nights of the sample, run once per test session."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests_support import NIGHTS, SAMPLE, run_cdp

from cdp.workspace.init import init_workspace

os.environ.pop("COLUMNS", None)  # a test runner's own width is not what a program's output has


@pytest.fixture(scope="session")
def sample_nights(tmp_path_factory):
    """The workspace and what each night's run said, as the command line tells it."""
    root = init_workspace(tmp_path_factory.mktemp("sample") / "workspace")
    said = []
    for night, day in NIGHTS:
        done = run_cdp("run", "--workspace", root, "--inbox", SAMPLE / "inbox" / night, "--date", day)
        assert done.returncode in {0, 4}, done.stderr
        assert "Traceback" not in done.stderr
        said.append(done)
    return root, said


@pytest.fixture(scope="session")
def published_sample(sample_nights) -> Path:
    """A workspace in which both nights of the sample are published; tests must not change it."""
    return sample_nights[0]
