"""The example query of each table answers on a published file."""

from __future__ import annotations

import pytest
from hand_made import publish_by_hand, table_contracts

import cdp

EXAMPLES = {name: table.example for name, table in table_contracts().items() if table.example}


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    with cdp.open(publish_by_hand(tmp_path_factory.mktemp("shop"))) as opened:
        yield opened


@pytest.mark.parametrize("table", EXAMPLES)
def test_an_example_reads_its_table(published, table):
    assert table in EXAMPLES[table]
    assert len(published.query(EXAMPLES[table]).columns) > 1
