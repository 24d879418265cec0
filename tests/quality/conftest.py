"""A contract to judge by."""

from __future__ import annotations

import pytest

from cdp.contracts import Contract

MEMBERS = {
    "kind": "contract",
    "name": "members",
    "description": "Members of the loyalty programme.",
    "key": ["card_no"],
    "version": "changed_at",
    "properties": [
        {"name": "card_no", "required": True},
        {"name": "email", "required": True, "classification": "personal"},
        {"name": "tier", "logicalTypeOptions": {"values": ["Gold", "Silver"]}},
        {
            "name": "points",
            "logicalType": "number",
            "logicalTypeOptions": {"minimum": 0, "maximum": 100_000},
            "onFail": "warn",
        },
        {"name": "changed_at", "logicalType": "timestamp", "required": True},
        {"name": "nickname", "optionalColumn": True},
    ],
}


@pytest.fixture
def contract():
    def build(**changes):
        return Contract.model_validate(MEMBERS | changes)

    return build
