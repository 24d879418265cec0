"""Keep a run's verdicts: one JSON per feed for programs, one page without remote parts for people."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from cdp.quality.gate import LEDGER_KEYS, GateResult

PAGE = "quality.html"


def write_report(results: Sequence[GateResult], folder: Path) -> Path:
    """Write ``<feed>.json`` per result and ``quality.html`` into ``folder``; returns the page.

    Both hold counts and promises, no value from any row.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for result in results:
        text = json.dumps(result.result_json, indent=2, ensure_ascii=False, sort_keys=True)
        (folder / f"{result.feed}.json").write_text(text + "\n", encoding="utf-8")
    template = Template((Path(__file__).parent / "report.html").read_text(encoding="utf-8"))
    page = folder / PAGE
    page.write_text(
        template.substitute(
            summary=escape(_summary(results)),
            overview="\n".join(_overview_row(result) for result in results),
            feeds="\n".join(_feed_section(result) for result in results),
        ),
        encoding="utf-8",
    )
    return page


def _summary(results: Sequence[GateResult]) -> str:
    stopped = [result.feed for result in results if not result.passed]
    warned = [result.feed for result in results if result.passed and result.has_warnings]
    clean = len(results) - len(stopped) - len(warned)
    told = f"{len(results)} feeds judged: {clean} without findings, {len(warned)} with warnings"
    return f"{told}, {len(stopped)} stopped ({', '.join(stopped)})." if stopped else f"{told}."


def _verdict(result: GateResult) -> str:
    if not result.passed:
        return '<span class="stop">stopped</span>'
    return '<span class="warn">warnings</span>' if result.has_warnings else '<span class="good">good</span>'


def _overview_row(result: GateResult) -> str:
    measures = result.result_json["measures"]
    counts = "".join(f'<td class="number">{measures[key]:,}</td>' for key in LEDGER_KEYS)
    feed = escape(result.feed)
    return f'<tr><td><a href="#{feed}">{feed}</a></td><td>{_verdict(result)}</td>{counts}</tr>'


def _feed_section(result: GateResult) -> str:
    feed = escape(result.feed)
    findings = "".join(
        f'<li><span class="{finding.severity}">{finding.severity}</span> {escape(finding.message)}</li>'
        for finding in result.findings
    )
    checks = "\n".join(_check_row(check) for check in result.result_json["checks"])
    return (
        f'<h2 id="{feed}">{feed}</h2>\n'
        + (f"<ul>{findings}</ul>\n" if findings else "<p>Every promise was kept.</p>\n")
        + "<details><summary>All checks</summary><table><thead><tr><th>Promise</th><th>If broken</th>"
        + "<th>Kept</th></tr></thead><tbody>\n"
        + f"{checks}\n</tbody></table></details>"
    )


def _check_row(check: Mapping[str, Any]) -> str:
    promise, severity = escape(check["promise"]), escape(check["severity"])
    mood, word = ("good", "yes") if check["success"] else (severity, "no")
    return f'<tr><td>{promise}</td><td>{severity}</td><td><span class="{mood}">{word}</span></td></tr>'
