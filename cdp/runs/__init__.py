"""Runs: plan, execute, resume, publish, roll back. One manifest per run."""

from __future__ import annotations

from cdp.runs.execute import RunOutcome, run
from cdp.runs.manifest import FileRef, Manifest, Store
from cdp.runs.past import published_file, run_as_of
from cdp.runs.rollback import rollback, vacuum

__all__ = ["FileRef", "Manifest", "RunOutcome", "Store", "published_file", "rollback", "run", "run_as_of", "vacuum"]
