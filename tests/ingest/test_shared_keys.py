"""Several feeds that know the same key: one row is made of theirs."""

from __future__ import annotations

from tests_support import ROOT

from cdp.contracts import TableContract, load_document
from cdp.engines import open_engine
from cdp.ingest.mapping import empty_table, merged


def test_the_fuller_row_comes_first_and_the_others_fill_its_gaps():
    table, _ = load_document(ROOT / "schemas/tables/products.yaml", TableContract)
    assert table is not None
    assert table.one_per_key
    engine = open_engine("duckdb", threads=1)
    engine.create_table("of_feeds", empty_table(table))
    engine.execute(
        "insert into of_feeds (sku, title, brand, category, colour) values "
        "('K-1', 'Kettle, long', 'Acme', null, 'red'), ('K-1', 'Kettle', null, 'Home', null), "
        "('M-1', 'Mug', null, null, null)"
    )
    found = engine.rows(f"select sku, title, brand, category from ({merged(table, 'of_feeds')}) order by sku")
    assert found == [("K-1", "Kettle, long", "Acme", "Home"), ("M-1", "Mug", None, None)]
    engine.close()
