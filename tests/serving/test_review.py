"""How much doubt a refused edge leaves, and so whether and when it is asked."""

from __future__ import annotations

import pytest

from cdp.identity.doubts import FITS_TWO
from cdp.serving.edges import Edge
from cdp.serving.review import _doubt


def _edge(kind: str, probability: float | None, reason: str) -> Edge:
    return Edge("a:1", "b:1", kind, None, None, None, probability, {}, is_cut=True, cut_reason=reason)


@pytest.mark.parametrize(
    ("edge", "doubt"),
    [
        (_edge("model", 0.97, "not probable enough"), 0.97),
        (_edge("model", 0.97, FITS_TWO), 0.5),
        (_edge("identifier", None, "an initial that fits several people"), 0.5),
        (_edge("identifier", None, "given names differ"), 0.1),
        (_edge("identifier", None, "the cluster was too large and was taken apart"), None),
    ],
)
def test_what_fits_two_people_is_the_most_doubtful(edge, doubt):
    assert _doubt(edge) == doubt
