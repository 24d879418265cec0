"""Next best products: never owned, always on offer, and the ones that go together."""

from __future__ import annotations

import pandas as pd
import pytest

from cdp.measures.recommendations import recommend


@pytest.fixture(scope="module")
def bought():
    """120 customers: tents go with stoves, pans with knives; one owns a tent alone."""
    rows = []
    for number in range(60):
        rows += [(f"A{number:03}", "TENT"), (f"A{number:03}", "STOVE")]
        rows += [(f"B{number:03}", "PAN"), (f"B{number:03}", "KNIFE")]
    rows += [("A000", "LAMP"), ("A001", "LAMP"), ("A002", "LAMP"), ("A003", "LAMP"), ("C", "TENT")]
    return pd.DataFrame(rows, columns=["customer_id", "sku"])


def offers(**changed):
    made = pd.DataFrame({"sku": ["TENT", "STOVE", "PAN", "KNIFE", "LAMP"], "is_offered": True, "return_rate": 0.0})
    for sku, (is_offered, rate) in changed.items():
        made.loc[made["sku"] == sku, ["is_offered", "return_rate"]] = [is_offered, rate]
    return made


def test_what_goes_together_is_offered_with_its_reason(bought):
    made = recommend(bought, offers())
    first = made[made["customer_id"] == "C"].iloc[0]
    assert (first["sku"], first["because_of"], first["rank"]) == ("STOVE", "TENT", 1)


def test_nothing_is_offered_that_the_customer_owns(bought):
    made = recommend(bought, offers())
    assert not set(zip(made["customer_id"], made["sku"], strict=True)) & set(
        zip(bought["customer_id"], bought["sku"], strict=True)
    )
    assert not made.duplicated(["customer_id", "rank"]).any()


def test_what_is_not_on_offer_is_never_recommended(bought):
    assert "STOVE" not in set(recommend(bought, offers(STOVE=(False, 0.0)))["sku"])


def test_what_always_comes_back_is_not_recommended(bought):
    assert "STOVE" not in set(recommend(bought, offers(STOVE=(True, 1.0)))["sku"])


def test_few_customers_say_nothing(bought):
    assert recommend(bought[bought["customer_id"] < "A050"], offers()).empty


def test_order_of_rows_does_not_matter(bought):
    turned = bought.iloc[::-1].reset_index(drop=True)
    pd.testing.assert_frame_equal(recommend(bought, offers()), recommend(turned, offers()))
