"""Every published table has an example query in its contract, and it runs."""

from __future__ import annotations

import pytest
from hand_made import table_contracts

from cdp.contracts.published import PUBLISHED_NAMES

CONTRACTS = table_contracts()


@pytest.mark.parametrize("table", sorted(PUBLISHED_NAMES))
def test_the_example_of_a_table_runs(reader, table):
    example = CONTRACTS[table].example
    assert table in example
    assert reader.fetch(example).columns
