"""A line of the size of a word (Tufte, "Beautiful Evidence"), as inline SVG that follows the page's colours."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

WIDTH, HEIGHT, MARGIN = 150, 28, 3


def sparkline(values: Sequence[float], label: str, low: float | None = None, high: float | None = None) -> str:
    """The values from left to right, the last one marked, over the band in which it was expected.

    ``label`` says for screen readers what the eye sees. No values give no picture.
    """
    if not values:
        return ""
    ends = [each for each in (*values, low, high) if each is not None]
    least, most = min(0.0, *ends), max(ends)
    span = (most - least) or 1.0

    def x(position: int) -> float:
        return MARGIN + (WIDTH - 2 * MARGIN) * (position / (len(values) - 1) if len(values) > 1 else 1.0)

    def y(value: float) -> float:
        return HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * (value - least) / span

    points = " ".join(f"{x(place):.1f},{y(value):.1f}" for place, value in enumerate(values))
    band = ""
    if low is not None or high is not None:
        top, bottom = y(most if high is None else high), y(least if low is None else low)
        band = f'<rect class="band" x="0" y="{top:.1f}" width="{WIDTH}" height="{max(bottom - top, 1):.1f}"/>'
    last = len(values) - 1
    return (
        f'<svg class="spark" role="img" aria-label="{escape(label, quote=True)}" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}"><title>{escape(label)}</title>{band}'
        f'<polyline class="line" points="{points}"/>'
        f'<circle class="now" cx="{x(last):.1f}" cy="{y(values[last]):.1f}" r="2.5"/></svg>'
    )
