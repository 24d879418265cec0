"""Three real nights of a messy shop, run once; only where CDP_TRUTH_DIR names the truth data."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

import cdp
from cdp.workspace.init import init_workspace

NIGHTS = (("night1", "2026-05-31"), ("night2", "2026-06-01"), ("night3", "2026-06-02"))


@dataclass(frozen=True)
class Shop:
    """A workspace after three nights, the exit code and output of each, and the scorer."""

    workspace: Path
    source: Path
    nights: tuple[subprocess.CompletedProcess[str], ...]

    def run(self, night, date):
        return run_night(self.workspace, self.source / night, date)

    def score(self, tmp_path, **answers):
        """What score.py says; ``answers`` are frames by option (pred, rejects, totals, segments)."""
        call = [sys.executable, str(self.source / "score.py"), "--truth", str(self.source / "truth")]
        for name, frame in answers.items():
            path = tmp_path / f"{name}.csv"
            frame.to_csv(path, index=False)
            call += [f"--{name}", str(path)]
        call += ["--json", str(tmp_path / "report.json")]
        subprocess.run(call, check=True, capture_output=True, text=True)
        return json.loads((tmp_path / "report.json").read_text())

    def crosswalk(self):
        with cdp.open(self.workspace) as published:
            return published.query("select feed, source_id as source_record_id, customer_id from identity_map")


def run_night(workspace, inbox, date):
    return subprocess.run(
        [sys.executable, "-m", "cdp", "run", "--workspace", str(workspace), "--inbox", str(inbox), "--date", date],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )


@pytest.fixture(scope="session")
def shop(tmp_path_factory):
    truth = os.environ.get("CDP_TRUTH_DIR")
    if not truth:
        pytest.skip("CDP_TRUTH_DIR is not set: the practice shop is not here")
    source = Path(truth) / "practice-shop"
    workspace = tmp_path_factory.mktemp("shop") / "workspace"
    init_workspace(workspace)
    return Shop(workspace, source, tuple(run_night(workspace, source / night, date) for night, date in NIGHTS))
