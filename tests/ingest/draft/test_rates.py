"""Files of exchange rates, however they are written: what one unit of foreign money is worth in one's own."""

from __future__ import annotations

from decimal import Decimal

import pytest

from cdp.engines import open_engine
from cdp.errors import IngestError
from cdp.ingest.draft import draft_feed

EXPORTS = {
    "by_day.csv": "date,currency,rate\n2026-05-01,USD,0.88\n2026-05-01,JPY,0.0061\n2026-05-02,USD,0.89\n",
    "bank.csv": "Date,USD,JPY,GBP,\n2026-05-02,1.1,160.2,0.85,\n2026-05-01,1.12,161.0,N/A,\n",
    "kurse.csv": "Datum;Von;Nach;Kurs\n31.05.2026;USD;EUR;0,8812\n31.05.2026;EUR;PLN;4,25\n",
    "tipos.csv": "Fecha;Divisa;Tipo de cambio\n31/05/2026;PLN;0,2347\n31/05/2026;USD;0,884\n",
    "exact.csv": "Datum;Waehrung;Kurs\n31.05.2026;PLN;4,253\n31.05.2026;SEK;11,125\n",
    "turned.csv": "day,currency_code,exchange_rate\n2026-05-01,SEK,11.25\n2026-05-01,USD,1.25\n",
}


def test_rates_lead_into_the_own_currency(drafts_of):
    tried = drafts_of(EXPORTS, default_currency="EUR")
    assert {item.draft.about for item in tried.values()} == {"exchange rates"}
    found = {
        name: {(str(row["rate_date"]), row["currency"]): row["rate"] for row in item.rows("exchange_rates")}
        for name, item in tried.items()
    }
    assert found["by_day"]["2026-05-01", "JPY"] == Decimal("0.0061")
    assert found["by_day"]["2026-05-02", "USD"] == Decimal("0.89")
    assert found["bank"]["2026-05-02", "GBP"] == Decimal("1.17647059")
    assert ("2026-05-01", "GBP") not in found["bank"]
    assert found["kurse"] == {
        ("2026-05-31", "USD"): Decimal("0.8812"),
        ("2026-05-31", "PLN"): Decimal("0.23529412"),
    }
    assert found["tipos"]["2026-05-31", "PLN"] == Decimal("0.2347")
    assert found["exact"]["2026-05-31", "PLN"] == Decimal("0.23512814")
    assert found["turned"]["2026-05-01", "USD"] == Decimal("0.8")
    assert all(item.trial.refused == () for item in tried.values())


def test_rates_between_other_currencies_are_of_no_use(tmp_path):
    path = tmp_path / "pairs.csv"
    path.write_text("Day,Base Currency,Quote Currency,Exchange Rate\n2026-05-01,GBP,USD,1.3\n2026-05-02,GBP,USD,1.3\n")
    engine = open_engine("duckdb", threads=1)
    with pytest.raises(IngestError, match="no rate leads to EUR"):
        draft_feed([path], engine, default_currency="EUR")
    engine.close()
