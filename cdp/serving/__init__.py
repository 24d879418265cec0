"""Read-only look-ups on the published tables: the 360 view, segments, files, plain SQL."""

from __future__ import annotations

from cdp.serving.customer import Customer360, view_customer
from cdp.serving.match import find_customers, match_customer
from cdp.serving.published import Published, open_published
from cdp.serving.reader import Reader, published_link
from cdp.serving.rows import Rows

__all__ = [
    "Customer360",
    "Published",
    "Reader",
    "Rows",
    "find_customers",
    "match_customer",
    "open_published",
    "published_link",
    "view_customer",
]
