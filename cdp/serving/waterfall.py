"""Explanations as one HTML page that needs nothing from elsewhere: the weights as waterfall charts in SVG."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from cdp.serving.edges import Edge
from cdp.serving.explain import Explanation

STYLE = """
body{font:15px/1.5 system-ui,sans-serif;max-width:980px;margin:2rem auto;padding:0 1rem;color:#1b1f24}
h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2rem}table{border-collapse:collapse;margin:.5rem 0}
td,th{padding:.25rem .75rem;border-bottom:1px solid #d8dee4;text-align:left;vertical-align:top}
.cut{color:#a40e26}.same{color:#116329}.differs{color:#a40e26}.note{color:#57606a}
svg text{font:13px system-ui,sans-serif;fill:#1b1f24}
"""
_WIDTH, _LABEL, _BAR, _GAP = 900, 210, 20, 8
_UP, _DOWN, _TOTAL = "#2da44e", "#cf222e", "#57606a"


def page(explanation: Explanation) -> str:
    """The whole page."""
    body = "\n".join(_body(explanation))
    return document(explanation.question, body)


def document(title: str, body: str) -> str:
    """An HTML document with the product's style."""
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{STYLE}</style></head>\n<body>\n<h1>{escape(title)}</h1>\n{body}\n</body></html>\n"
    )


def table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """An HTML table."""
    head = "".join(f"<th>{escape(str(name))}</th>" for name in columns)
    cells = "".join(
        "<tr>" + "".join(f"<td>{escape('' if value is None else str(value))}</td>" for value in row) + "</tr>\n"
        for row in rows
    )
    return f"<table><tr>{head}</tr>\n{cells}</table>"


def _body(explanation: Explanation) -> Iterator[str]:
    yield f"<p><strong>{escape(explanation.verdict[:1].upper() + explanation.verdict[1:])}.</strong></p>"
    if explanation.path:
        yield "<h2>What holds them together</h2>"
        yield from (_edge(edge) for edge in explanation.path)
    if explanation.against:
        yield "<h2>What was refused</h2>"
        yield from (_edge(edge) for edge in explanation.against[:20])
    if explanation.blocked:
        yield "<h2>Blocked values that both carry</h2>"
        yield table(("type", "value", "why blocked"), explanation.blocked)
    if len(explanation.held):
        yield "<h2>Who held what when</h2>"
        yield table(explanation.held.columns, explanation.held.rows)
    if len(explanation.compared):
        yield "<h2>Side by side</h2>"
        yield table(explanation.compared.columns, explanation.compared.rows)
    if len(explanation.records):
        yield "<h2>Records</h2>"
        yield table(explanation.records.columns, explanation.records.rows)


def _edge(edge: Edge) -> str:
    cut = f' <span class="cut">Cut: {escape(edge.cut_reason or "")}.</span>' if edge.is_cut else ""
    told = f"<p><code>{escape(edge.left)}</code> — <code>{escape(edge.right)}</code>: {escape(edge.words)}.{cut}</p>"
    return told + (waterfall(edge.steps) if edge.steps else "")


def waterfall(steps: Sequence[tuple[str, float]]) -> str:
    """An SVG chart: each bar begins where the one before it ends; the last is the sum. Units are bits."""
    ends = [0.0]
    for _, weight in steps:
        ends.append(ends[-1] + weight)
    low, high = min(ends), max(ends)
    span = (high - low) or 1.0

    def x(value: float) -> float:
        return _LABEL + (value - low) / span * (_WIDTH - _LABEL - 70)

    bars = [(name, start, end) for (name, _), start, end in zip(steps, ends, ends[1:], strict=False)]
    bars.append(("together", 0.0, ends[-1]))
    parts = []
    for row, (name, start, end) in enumerate(bars):
        y = row * (_BAR + _GAP) + 4
        colour = _TOTAL if row == len(bars) - 1 else _UP if end >= start else _DOWN
        left, width = min(x(start), x(end)), max(abs(x(end) - x(start)), 1.0)
        parts.append(f'<text x="0" y="{y + 15}">{escape(name)}</text>')
        parts.append(f'<rect x="{left:.1f}" y="{y}" width="{width:.1f}" height="{_BAR}" fill="{colour}"/>')
        parts.append(f'<text x="{max(x(start), x(end)) + 6:.1f}" y="{y + 15}">{end - start:+.1f}</text>')
    height = len(bars) * (_BAR + _GAP) + 8
    zero = f'<line x1="{x(0):.1f}" x2="{x(0):.1f}" y1="0" y2="{height}" stroke="#8c959f" stroke-dasharray="3 3"/>'
    return (
        f'<svg viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}" role="img" '
        f'aria-label="match weight by field, in bits">{zero}{"".join(parts)}</svg>'
    )
