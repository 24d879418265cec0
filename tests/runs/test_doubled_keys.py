"""Keys that stand twice in a published table are told with the feeds that bring them."""

from __future__ import annotations

from cdp.engines import open_engine
from cdp.runs.audit import _doubled_keys


def _told(rows, name="orders"):
    engine = open_engine("duckdb", threads=1)
    engine.create_table("made", f"select * from (values {rows}) as t(order_id, feed)")
    found = list(_doubled_keys(engine, "made", name, ("order_id",), True))
    engine.close()
    return found


def test_one_order_number_from_two_feeds_names_both():
    (told,) = _told("('3020', 'tillx'), ('3020', 'webshop'), ('3021', 'webshop'), ('3021', 'tillx'), ('1', 'webshop')")
    assert told.startswith(
        'orders: 2 keys ("order_id") stand more than once, 3020 for one, in rows of tillx and webshop'
    )
    assert "write the source before them" in told


def test_one_number_twice_in_a_feed_names_it_and_single_ones_are_silent():
    (told,) = _told("('7', 'till'), ('7', 'till'), ('8', 'till')")
    assert "in rows of till: what else tells them apart belongs to its key" in told
    assert _told("('7', 'till'), ('8', 'shop')") == []
