"""The identity report: one HTML page that needs nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from cdp.serving.edges import FIELDS
from cdp.serving.waterfall import document, table

if TYPE_CHECKING:
    from cdp.identity.levels import LevelWeight

_WIDTH, _LABEL, _ROW = 900, 330, 24
_COLOURS = ("#0969da", "#2da44e", "#bf8700", "#8250df")


def report_page(title: str, content: Mapping[str, Any], levels: Sequence[LevelWeight] = ()) -> str:
    """The page for what ``evaluate`` found and, where there is a model, the weight of each of its levels."""
    return document(title, "\n".join(_body(content, levels)))


def _body(content: Mapping[str, Any], levels: Sequence[LevelWeight]) -> Iterator[str]:
    yield "<h2>In figures</h2>" + _listed([{"figure": k, "now": v} for k, v in content["figures"].items()])
    yield "<h2>What the model believes</h2>"
    yield _listed([{"figure": name, "value": shown(value)} for name, value in content["belief"].items()])
    yield '<p class="note">Identifiers count as certain; recall is an upper bound, because pairs that are less '
    yield "probable than the least that is kept are not known.</p>"
    if "labels" in content:
        yield from _labels(content["labels"])
    if content["answers"]:
        yield "<h2>Pairs that stewards answered, and what the model alone says of them</h2>"
        yield _listed(content["answers"])
    if "proposal" in content:
        yield "<h2>The threshold that the answers speak for</h2>" + _listed([content["proposal"]])
    yield "<h2>Customers by number of records</h2>"
    yield bar_chart([(f"{row['records']} records", float(row["customers"])) for row in content["sizes"]])
    yield "<h2>Conflicts within one customer</h2>" + _listed(content["conflicts"])
    yield "<h2>Reasons to join that were refused</h2>" + _listed(content["cuts"])
    if content["placeholder_names"]:
        yield "<h2>Names on many customers, perhaps nobody's</h2>" + _listed(content["placeholder_names"])
    yield "<h2>Values that point to nobody, by reason</h2>" + _listed(content["blocked"])
    if content.get("shared_values"):
        yield "<h2>Values that several families share: not blocked, perhaps they should be</h2>"
        yield _listed(content["shared_values"])
    if content["drift"]:
        yield "<h2>Against the run before</h2>" + _listed(content["drift"])
    if levels:
        yield "<h2>What the model learned</h2>"
        yield '<p class="note">Bits that each level adds to the weight of a pair; a common value adds less.</p>'
        yield bar_chart([(f"{FIELDS.get(one.comparison, one.comparison)}: {one.level}", one.weight) for one in levels])
        rows = [
            (FIELDS.get(one.comparison, one.comparison), one.level, f"{one.m:.4f}", f"{one.u:.6f}") for one in levels
        ]
        yield table(("field", "level", "share of matches (m)", "share of strangers (u)"), rows)


def _labels(labels: Mapping[str, Any]) -> Iterator[str]:
    yield f"<h2>Against labels</h2><p>{labels['records_known']:,} of {labels['records_labelled']:,} records found.</p>"
    for name in ("pairwise", "bcubed"):
        if name in labels:
            figures = [{"figure": key, "value": shown(value)} for key, value in labels[name].items()]
            yield f"<h3>{'Pairs' if name == 'pairwise' else 'B-cubed'}</h3>" + _listed(figures)
    if labels.get("curve"):
        yield "<h3>Threshold on the match probability</h3>"
        yield line_chart(labels["curve"], "threshold", ("precision", "recall", "f1", "bcubed_f1"))
        yield _listed([{name: shown(value) for name, value in row.items()} for row in labels["curve"]])
    for name, title in (("wrong_merges", "Wrongly joined"), ("misses", "Missed")):
        if labels.get(name):
            yield f"<h3>{title}</h3>" + _listed(labels[name])


def shown(value: object) -> str:
    """A figure as people read it: four digits behind the point, nothing for what is not known."""
    if value is None:
        return "not known"
    return f"{value:.4f}".rstrip("0").rstrip(".") if isinstance(value, float) else f"{value:,}"


def _listed(rows: Sequence[Mapping[str, Any]]) -> str:
    if not rows:
        return '<p class="note">none</p>'
    return table([name.replace("_", " ") for name in rows[0]], [list(row.values()) for row in rows])


def bar_chart(bars: Sequence[tuple[str, float]]) -> str:
    """Horizontal bars in SVG; negative ones go left."""
    if not bars:
        return '<p class="note">none</p>'
    low, high = min(0.0, *(value for _, value in bars)), max(0.0, *(value for _, value in bars))
    span = (high - low) or 1.0

    def x(value: float) -> float:
        return _LABEL + (value - low) / span * (_WIDTH - _LABEL - 80)

    parts = []
    for row, (name, value) in enumerate(bars):
        y, left = row * _ROW + 4, min(x(0), x(value))
        colour = _COLOURS[1] if value >= 0 else "#cf222e"
        parts.append(f'<text x="0" y="{y + 14}">{escape(name)}</text>')
        parts.append(
            f'<rect x="{left:.1f}" y="{y}" width="{max(abs(x(value) - x(0)), 1):.1f}" height="18" fill="{colour}"/>'
        )
        parts.append(f'<text x="{max(x(0), x(value)) + 6:.1f}" y="{y + 14}">{shown(round(value, 2))}</text>')
    height = len(bars) * _ROW + 8
    return f'<svg viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}" role="img">{"".join(parts)}</svg>'


def line_chart(rows: Sequence[Mapping[str, Any]], across: str, names: Sequence[str]) -> str:
    """Lines over evenly spaced points in SVG; values are 0 to 1, the axis begins at the lowest."""
    values = [float(row[name]) for row in rows for name in names if row[name] is not None]
    if not values:
        return ""
    low = min(values) - 0.01
    step = (_WIDTH - 200) / max(len(rows) - 1, 1)

    def y(value: float) -> float:
        return 20 + (1 - (value - low) / (1.0 - low + 1e-9)) * 220

    parts = [
        f'<text x="{60 + index * step:.0f}" y="268" text-anchor="middle">{row[across]}</text>'
        for index, row in enumerate(rows)
    ]
    parts += [f'<text x="0" y="{y(value) + 4:.0f}">{value:.3f}</text>' for value in (1.0, low)]
    for name, colour in zip(names, _COLOURS, strict=False):
        points = [(60 + i * step, y(float(row[name]))) for i, row in enumerate(rows) if row[name] is not None]
        path = " ".join(f"{px:.1f},{py:.1f}" for px, py in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts.append(f'<text x="{_WIDTH - 125}" y="{40 + 20 * names.index(name)}" style="fill:{colour}">{name}</text>')
    return f'<svg viewBox="0 0 {_WIDTH} 280" width="{_WIDTH}" height="280" role="img">{"".join(parts)}</svg>'
