"""Keep a run's verdicts: one JSON per feed for programs, one page without remote parts for people."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from string import Template

from cdp.quality.bounds import RECENT
from cdp.quality.gate import LEDGER_KEYS
from cdp.quality.history import FeedHistory
from cdp.quality.sparkline import sparkline
from cdp.quality.verdict import CheckRow, GateResult

PAGE = "quality.html"
_OUTCOMES = {
    "kept": ("good", "kept"),
    "too_little_history": ("", "too little history"),
    "few_rows": ("", "too few rows"),
}


@dataclass(frozen=True)
class FileLine:
    """One file's ledger; ``counts`` in the order of ``LEDGER_KEYS``."""

    file: str
    feed: str
    status: str
    counts: tuple[int, ...]
    message: str = ""


@dataclass(frozen=True)
class RunFacts:
    """What the page tells besides the verdicts: the run, its files, refused rows per feed and reason, the past."""

    run_id: str = ""
    business_date: str = ""
    files: Sequence[FileLine] = ()
    reasons: Sequence[tuple[str, str, int]] = ()
    history: Mapping[str, FeedHistory] = field(default_factory=dict)


def write_report(results: Sequence[GateResult], folder: Path, facts: RunFacts | None = None) -> Path:
    """Write ``<feed>.json`` per result and ``quality.html`` into ``folder``; returns the page.

    Both hold counts and promises, no value from any row.
    """
    facts = facts or RunFacts()
    folder.mkdir(parents=True, exist_ok=True)
    for result in results:
        text = json.dumps(result.result_json, indent=2, ensure_ascii=False, sort_keys=True)
        (folder / f"{result.feed}.json").write_text(text + "\n", encoding="utf-8")
    template = Template((Path(__file__).parent / "report.html").read_text(encoding="utf-8"))
    page = folder / PAGE
    page.write_text(
        template.substitute(
            run=escape(facts.run_id),
            about=escape(f"Business date {facts.business_date}." if facts.business_date else ""),
            summary=escape(_summary(results)),
            recent=RECENT,
            overview="\n".join(_overview_row(result, _past(facts, result.feed)) for result in results),
            reasons=_reasons(facts.reasons),
            files=_files(facts.files),
            feeds="\n".join(_feed_section(result, _past(facts, result.feed)) for result in results),
        ),
        encoding="utf-8",
    )
    return page


def _past(facts: RunFacts, feed: str) -> FeedHistory:
    return facts.history.get(feed, FeedHistory())


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


def _overview_row(result: GateResult, past: FeedHistory) -> str:
    measures = result.result_json["measures"]
    counts = "".join(f'<td class="number">{measures[key]:,}</td>' for key in LEDGER_KEYS)
    feed = escape(result.feed)
    rows = {row.check_kind: row for row in result.rows if row.basis != "contract" and row.column_name is None}
    lines = "".join(f"<td>{_line(rows.get(kind), past)}</td>" for kind in ("volume", "quarantine_share"))
    return f'<tr><th scope="row"><a href="#{feed}">{feed}</a></th><td>{_verdict(result)}</td>{lines}{counts}</tr>'


def _line(row: CheckRow | None, past: FeedHistory) -> str:
    """The sparkline of a measure that history keeps."""
    if row is None or row.value is None:
        return ""
    earlier = [item.value for item in past.past(row.check_kind, row.column_name)][-(RECENT - 1) :]
    about = f"{row.check_kind.replace('_', ' ')}{f' of {row.column_name}' if row.column_name else ''}"
    label = f"{about}, {len(earlier) + 1} deliveries, the last {row.value:,.4g}; {row.message}"
    return sparkline([*earlier, row.value], label, row.bound_low, row.bound_high)


def _table(caption: str, heads: Sequence[tuple[str, bool]], rows: Sequence[Sequence[object]]) -> str:
    """An HTML table; a head's flag says whether the column holds numbers."""
    marks = ['<th scope="col" class="number">' if number else '<th scope="col">' for _, number in heads]
    head = "".join(f"{mark}{escape(name)}</th>" for mark, (name, _) in zip(marks, heads, strict=True))
    body = "\n".join("<tr>" + "".join(map(_cell, row)) + "</tr>" for row in rows)
    return (
        f'<div class="scroll"><table><caption>{escape(caption)}</caption>\n<thead><tr>{head}</tr></thead>\n'
        f"<tbody>\n{body}\n</tbody></table></div>"
    )


def _cell(value: object) -> str:
    if isinstance(value, int):
        return f'<td class="number">{value:,}</td>'
    return f"<td>{escape(str(value))}</td>"


def _reasons(reasons: Sequence[tuple[str, str, int]]) -> str:
    if not reasons:
        return ""
    heads = [("Feed", False), ("Reason", False), ("Rows", True)]
    words = "Why rows were refused. 'cdp quarantine list' says where they stand."
    return "<h2>Refused rows</h2>\n" + _table(words, heads, reasons)


def _files(files: Sequence[FileLine]) -> str:
    if not files:
        return ""
    heads = [("File", False), ("Feed", False), ("Status", False)]
    heads += [(name, True) for name in ("Read", "Accepted", "Quarantined", "Duplicate", "Superseded")]
    rows = [(each.file, each.feed, each.status, *each.counts, each.message) for each in files]
    words = "Every file that the run met: read = accepted + quarantined + duplicate + superseded."
    return "<h2>Files</h2>\n" + _table(words, [*heads, ("What to know", False)], rows)


def _feed_section(result: GateResult, past: FeedHistory) -> str:
    feed = escape(result.feed)
    findings = "".join(
        f'<li><span class="{finding.severity}">{finding.severity}</span> {escape(finding.message)}</li>'
        for finding in result.findings
    )
    changes = "".join(f"<li>{escape(each.message)}</li>" for each in result.changes)
    checks = "\n".join(_check_row(row, past) for row in result.rows)
    return (
        f'<h2 id="{feed}">{feed}</h2>\n'
        + (f"<ul>{findings}</ul>\n" if findings else "<p>Every promise was kept.</p>\n")
        + (f"<p>Columns that differ from the contract:</p>\n<ul>{changes}</ul>\n" if changes else "")
        + f"<details><summary>All {len(result.rows)} checks</summary>"
        + '<div class="scroll"><table><thead><tr><th scope="col">Check</th><th scope="col">What was seen</th>'
        + '<th scope="col">Lately</th><th scope="col">If broken</th><th scope="col">Outcome</th></tr></thead><tbody>\n'
        + f"{checks}\n</tbody></table></div></details>"
    )


def _check_row(row: CheckRow, past: FeedHistory) -> str:
    mood, word = _OUTCOMES.get(row.outcome, (row.severity, row.outcome))
    is_told = row.basis != "contract" and row.outcome == "broken"
    line = _line(row, past) if is_told else ""
    about = row.check_kind.replace("_", " ") + (f" of {row.column_name}" if row.column_name else "")
    return (
        f"<tr><td>{escape(about)}</td><td>{escape(row.message)}</td><td>{line}</td>"
        f'<td>{row.severity}</td><td><span class="{mood}">{word}</span></td></tr>'
    )
