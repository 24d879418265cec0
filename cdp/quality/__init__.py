"""The quality gate: a contract's promises about a whole delivery, judged before anything is built on it."""

from __future__ import annotations

from cdp.quality.gate import DeliveredFeed, judge, judge_all
from cdp.quality.report import write_report
from cdp.quality.suite import Check, build_suite
from cdp.quality.verdict import Finding, GateResult

__all__ = [
    "Check", "DeliveredFeed", "Finding", "GateResult", "build_suite", "judge", "judge_all", "write_report",
]  # fmt: skip
