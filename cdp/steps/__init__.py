"""SQL steps: one file, one select, one table. Order follows from the tables that each step reads."""

from __future__ import annotations

from cdp.steps.linter import PortabilityFault, lint
from cdp.steps.loader import Step, load_step, load_steps, run_steps, step_sql, tables_read

__all__ = ["PortabilityFault", "Step", "lint", "load_step", "load_steps", "run_steps", "step_sql", "tables_read"]
