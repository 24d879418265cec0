"""Which columns hold personal data."""

from __future__ import annotations

from cdp.contracts.model import Property

PERSONAL_MEANINGS = frozenset(
    {"email", "phone", "person_name", "first_name", "last_name", "birth_date", "street", "city", "postcode",
     "loyalty_card", "customer_key", "device", "order_key", "free_text"}
)  # fmt: skip
"""Semantic types whose values belong to a person, or may name one, whatever ``classification`` says."""


def is_personal(item: Property) -> bool:
    """Whether a column's values must stay out of logs, quality results and anything else that is passed around.

    ``classification`` public is taken at its word; otherwise what the column means counts too.
    """
    if item.classification in {"personal", "sensitive"}:
        return True
    return item.classification != "public" and item.semantic_type in PERSONAL_MEANINGS
