"""Titles above the header and totals among the rows: declared by the draft, and no rows."""

from __future__ import annotations

from decimal import Decimal

EXPORTS = {
    "kasse.csv": (
        "Beleg-Nr;Datum;Artikelnummer;Artikelbezeichnung;Menge;Betrag;Kunde\n"
        "B1;28.05.2026 09:12;TEN;Zelt;1;189,00;a@example.com\n"
        "B1;28.05.2026 09:12;SOC;Socken;2;30,00;a@example.com\n"
        "Summe;;;;3;219,00;\n"
        "B2;29.05.2026 10:12;TOT;Total Recall;1;19,00;b@example.com\n"
        "Summe;;;;4;238,00;\n"
    ),
    "weekly.csv": (
        "Sales report\nPeriod: 2026-05-01 to 2026-05-31\n\n"
        "Order ID,Order Date,Customer Email,SKU,Product,Category,Qty,Price,Total,Currency\n"
        "1001,2026-05-02 10:00,a@example.com,K-1,Kettle,Home,1,20.00,20.00,EUR\n"
        "1002,2026-05-03 10:00,b@example.com,M-1,Mug,Home,2,5.00,10.00,EUR\n"
        "Total,,,,,,,,30.00,\n"
        "Exported by admin on 2026-06-01\n"
    ),
}


def test_titles_and_totals_are_declared_and_left_out(drafts_of):
    tried = drafts_of(EXPORTS, zone="UTC")
    skipped = {name: item.trial.ledgers[0].lines_skipped for name, item in tried.items()}
    assert skipped == {"kasse": 2, "weekly": 4}
    assert all(item.trial.refused == () for item in tried.values())
    revenue = {name: sum(row["gross_revenue"] for row in item.rows("orders")) for name, item in tried.items()}
    assert revenue == {"kasse": Decimal("238.00"), "weekly": Decimal("30.00")}
    assert any("titles or totals" in doubt for doubt in tried["kasse"].draft.doubts)
