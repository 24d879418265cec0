"""Member lists and orders in seven languages: words of columns, yes and no, decimals and dates."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
import yaml

ABROAD = yaml.safe_load((Path(__file__).parent / "abroad.yaml").read_text(encoding="utf-8"))
WHO = ("first_name", "last_name", "email", "phone", "birth_date", "postcode", "city", "created_at")


@pytest.fixture(scope="module")
def members(drafts_in):
    return drafts_in("members", {f"{name}.csv": text for name, text in ABROAD["members"].items()})


@pytest.fixture(scope="module")
def orders(drafts_in):
    return drafts_in("orders", {f"{name}.csv": text for name, text in ABROAD["orders"].items()})


@pytest.mark.parametrize("name", ABROAD["members"])
def test_members_are_known_in_their_language(members, name):
    tried = members[name]
    meanings = {column.meaning for column in tried.draft.columns}
    assert tried.draft.about == "customers or contacts"
    assert set(WHO) - meanings <= ({"first_name", "last_name"} if "full_name" in meanings else set())
    assert "loyalty_card" in meanings
    assert {row["birth_date"].year for row in tried.rows("identity_records")} <= set(range(1970, 2000))
    assert len(tried.identifiers("phone")) == 3
    assert len(tried.identifiers("loyalty_card")) == 3
    said = sorted((row["channel"], row["status"]) for row in tried.rows("consents"))
    assert said == [("email", "in")] * 2 + ([("sms", "in")] if name != "klanten_nl" else [])
    assert tried.trial.refused == ()
    assert tried.trial.warnings == ()


def test_numbers_keep_their_zeros_and_names_their_links(members):
    assert "000123" in members["socios_es"].identifiers("loyalty_card")
    assert "key: [no_socio]" in members["socios_es"].contract()
    assert {row["postcode"] for row in members["socios_es"].rows("identity_records")} == {"28013", "08001", "41001"}
    assert "de Vries" in {row["last_name"] for row in members["klanten_nl"].rows("identity_records")}


@pytest.mark.parametrize("name", ABROAD["orders"])
def test_orders_are_known_in_their_language(orders, name):
    tried = orders[name]
    assert tried.draft.about == "orders or receipts"
    found = sorted((row["gross_revenue"], row["is_cancelled"]) for row in tried.rows("orders"))
    first = Decimal("1029.50") if name == "pedidos_es" else Decimal("1030.50")
    is_stated = name not in {"commandes_fr", "ordini_it", "encomendas_pt"}
    assert found == [(Decimal("5.00"), is_stated), (first, False)]
    assert len({row["category"] for row in tried.rows("products")}) == 1
    assert {row["sku"] for row in tried.rows("products")} == {"K1", "M1"}
    names = {row["full_name"] for row in tried.rows("identity_records")}
    assert len(names - {None}) == 2
    assert tried.trial.refused == ()
