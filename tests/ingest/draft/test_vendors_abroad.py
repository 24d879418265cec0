"""Exports of common systems as accounts in other languages get them."""

from __future__ import annotations

from decimal import Decimal

import pytest

SQUARE = """Date,Heure,Fuseau horaire,Article,Qté,SKU,Ventes brutes,Remises,Ventes nettes,Taxe,Numéro de transaction,\
Type d'événement,Point de vente,ID du client,Nom du client
01/05/2026,09:00:10,Paris,Veste,1,V-1,"1\u202f240 €","-40 €","1\u202f200,00 €","240,00 €",TXFA10000001,Paiement,Lyon,C1,
01/05/2026,09:00:10,Paris,Tasse,2,T-1,"20,00 €","0,00 €","20,00 €","4,00 €",TXFA10000001,Paiement,Lyon,C1,Roy
13/05/2026,10:00:10,Paris,Tasse,1,T-1,"10,00 €","0,00 €","10,00 €","2,00 €",TXFA10000002,Paiement,Lyon,,
14/05/2026,10:00:10,Paris,Tasse,-1,T-1,"-10,00 €","0,00 €","-10,00 €","-2,00 €",TXFA10000003,Remboursement,Lyon,,
"""
SALES = """ID,Date,Voided,Customer Email,Register,Shop,Subtotal,Discounts,Tax,Total
40001,05/13/2026 09:00 AM,No,kim@example.org,Reg 1,Austin,$10.00,-$1.00,$0.74,$9.74
40002,05/14/2026 09:00 AM,Yes,jo@example.org,Reg 1,Austin,$20.00,$0.00,$1.65,$21.65
40003,05/15/2026 09:00 AM,No,al@example.org,Reg 2,Austin,$30.00,$0.00,$2.48,$32.48
"""


def test_a_french_till_sells_and_takes_back_to_the_cent(drafts_of):
    tried = drafts_of({"articles.csv": SQUARE})["articles"]
    orders = {row["order_id"]: row["gross_revenue"] for row in tried.rows("orders")}
    assert sorted(orders.values()) == [Decimal("12.00"), Decimal("1464.00")]
    assert [row["amount"] for row in tried.rows("returns")] == [Decimal("12.00")]


def test_tax_is_added_where_totals_hold_it_and_voided_sales_do_not_count(drafts_of):
    tried = drafts_of({"sales_list.csv": SALES})["sales_list"]
    sales = {row["gross_revenue"]: row["is_cancelled"] for row in tried.rows("orders")}
    assert sales == {Decimal("9.74"): False, Decimal("21.65"): True, Decimal("32.48"): False}


def test_tips_are_no_merchandise(drafts_of):
    rows = """Transaction ID,Date,Customer Email,Tip,Total Collected
T1,2026-05-01 10:00:00,kim@example.org,1.50,11.50
T2,2026-05-02 10:00:00,jo@example.org,0.00,8.00
"""
    tried = drafts_of({"transactions.csv": rows})["transactions"]
    assert sorted(row["gross_revenue"] for row in tried.rows("orders")) == [Decimal("8.00"), Decimal("10.00")]


@pytest.mark.parametrize(
    ("header", "yes"),
    [
        ("Alle E-Mails abbestellt", "Ja"), ("Von allen E-Mails abgemeldet", "Ja"), ("Afgemeld voor alle e-mail", "Ja"),
        ("Opted out of email: Marketing Information", "true"), ("Désinscrit(e) de tous les e-mails", "Oui"),
        ("Canceló la suscripción a todos los correos", "Sí"), ("E-Mail-Abmeldung", "1"),
    ],
)  # fmt: skip
def test_who_opted_out_is_out_in_any_language(drafts_of, header, yes):
    no = {"Ja": "Nein", "true": "false", "Oui": "Non", "Sí": "No", "1": "0"}[yes]
    rows = f"ID de registro,Nombre,E-Mail,{header}\n101,Kim,kim@example.org,{yes}\n102,Jo,jo@example.org,{no}\n"
    tried = drafts_of({"contacts.csv": rows})["contacts"]
    assert [(row["channel"], row["status"]) for row in tried.rows("consents")] == [("email", "out")]


def test_a_number_within_the_header_tells_contacts_apart_before_their_address(drafts_of):
    rows = "ID de registro,Nombre,Correo,Teléfono\n" + "".join(
        f"{number},N{number},{f'p{number}@example.org' if number != 7 else ''},+3460000000{number}\n"
        for number in range(1, 9)
    )
    tried = drafts_of({"contactos.csv": rows})["contactos"]
    assert len(tried.rows("identity_records")) == 8


def test_a_city_called_as_a_zone_is_a_city_and_leads_are_told_by_their_form(drafts_of):
    rows = "lead_id,ad_name,campaign_name,form_name,E-Mail,Stadt\n" + "".join(
        f"l{number},Ad,Mai,Formular,p{number}@example.org,Berlin\n" for number in range(1, 5)
    )
    tried = drafts_of({"meta.csv": rows})["meta"]
    assert "leads" in tried.draft.about
    assert {row["city"] for row in tried.rows("identity_records")} == {"Berlin"}


def test_tickets_without_a_time_stop_no_run(drafts_of):
    rows = "Ticket ID,Subject,Status,Priority,Email\n1,Late,Open,Low,kim@example.org\n2,Hi,Closed,High,jo@example.org\n"
    tried = drafts_of({"tickets.csv": rows})["tickets"]
    assert [table.name for table in tried.trial.tables] == ["identity_records", "record_identifiers"]
    assert any("tickets are left out" in doubt for doubt in tried.draft.doubts)


def test_a_file_that_names_its_till_is_a_till_whose_equal_lines_are_lines(drafts_of):
    rows = "Bon-Nr;Kasse;Datum;Artikel;Menge;Betrag\n" + "".join(
        f"{number};{number % 2 + 1};{12 + number}.05.2026 10:00;Tasse;1;4,50\n" * 2 for number in range(1, 5)
    )
    tried = drafts_of({"export.csv": rows})["export"]
    assert {row["channel"] for row in tried.rows("orders")} == {"store"}
    assert sum(row["gross_revenue"] for row in tried.rows("orders")) == Decimal("36.00")
