"""Raw exports of systems that people have, drafted without their presets."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest

from cdp.workspace.feeds import presets

ALL = sorted(name.replace("-", "_") for name in presets(None))
KINDS = {
    "events of a website or an app": {"amplitude_events", "ga4_events", "segment_events"},
    "support tickets": {"freshdesk_tickets", "intercom_conversations", "zendesk_tickets"},
    "orders or receipts": {"lightspeed_sales", "shopify_orders", "square_transactions"},
    "leads of advertisement forms": {"meta_leads"},
    "exchange rates": {"exchange_rates"},
    "customers or contacts": {
        *("hubspot_contacts", "klaviyo_profiles", "mailchimp_audience", "salesforce_contacts", "shopify_customers"),
    },
}


def test_every_export_is_taken_for_what_it_is(drafted):
    found = {}
    for name, tried in drafted.items():
        found.setdefault(tried.draft.about, set()).add(name)
    assert found == KINDS


@pytest.mark.parametrize("name", ALL)
def test_every_row_of_the_raw_export_is_accepted(drafted, name):
    trial = drafted[name].trial
    assert [row.raw for row in trial.refused] == []
    assert trial.warnings == ()
    assert sum(ledger.rows_accepted for ledger in trial.ledgers) > 0


@pytest.mark.parametrize("name", sorted(set(ALL) - KINDS["exchange rates"]))
def test_staff_and_shared_mailboxes_never_become_customers(drafted, name):
    tried = drafted[name]
    people = {str(value) for row in tried.rows("identity_records") for value in row.values()}
    for stranger in ("Robin Desk", "Kim Helpful", "Jordan Sales", "Sam Till", "Pat Helper", "Acme Support"):
        assert not any(stranger in value for value in people)
    assert not {value for value in tried.identifiers("email") if value.split("@")[0] in {"support", "robin.desk"}}
    assert "+1 212 555 0190" not in tried.identifiers("phone")


def test_square_joins_date_clock_and_zone_and_reads_its_money(drafted):
    orders = {row["order_id"]: row for row in drafted["square_transactions"].rows("orders")}
    bag = orders["Ex02vK9pLr2TnB7sYd4WmC"]
    assert bag["ordered_at"] == datetime(2026, 5, 28, 18, 14, 22)
    assert bag["gross_revenue"] == Decimal("1272.86")
    assert orders["Ix07vK9pLr2TnB7sYd4WmC"]["ordered_at"] == datetime(2026, 5, 29, 19, 49, 17)
    assert {row["channel"] for row in orders.values()} == {"store"}
    assert {row["currency"] for row in orders.values()} == {"USD"}


def test_two_equal_lines_of_a_receipt_are_two_lines(drafted):
    lines = drafted["square_transactions"].rows("order_lines")
    assert sum(row["order_id"] == "Tx04vK9pLr2TnB7sYd4WmC" for row in lines) == 2


def test_refunds_are_returns_and_no_orders(drafted):
    square = drafted["square_transactions"]
    (back,) = square.rows("returns")
    assert (back["sku"], back["amount"]) == ("BAG-DF", Decimal("1414.29"))
    assert "Ux06vK9pLr2TnB7sYd4WmC" not in {row["order_id"] for row in square.rows("orders")}
    (mug,) = drafted["lightspeed_sales"].rows("returns")
    assert (mug["sku"], mug["amount"]) == ("MUG-EN", Decimal("9.50"))


def test_sales_tell_of_products_and_their_categories(drafted):
    products = {row["sku"]: row for row in drafted["square_transactions"].rows("products")}
    assert (products["TEN-2P"]["title"], products["TEN-2P"]["category"]) == ("Two-person tent", "Outdoor")
    assert {row["sku"] for row in drafted["square_transactions"].rows("order_lines")} <= set(products)


def test_lines_of_an_order_add_up_to_it(drafted):
    for name in ("square_transactions", "lightspeed_sales"):
        orders = {row["order_id"]: row["gross_revenue"] for row in drafted[name].rows("orders")}
        for order, amount in orders.items():
            lines = [row["amount"] for row in drafted[name].rows("order_lines") if row["order_id"] == order]
            assert abs(sum(lines) - amount) < Decimal("0.02")


def test_rows_of_payments_are_no_lines_and_walk_ins_are_nobody(drafted):
    sales = drafted["lightspeed_sales"]
    assert len(sales.rows("order_lines")) == 9
    assert not any("WALKIN" in value for value in sales.identifiers("shop_customer_id"))
    voided = {row["order_id"] for row in sales.rows("orders") if row["is_cancelled"]}
    assert voided == {"lightspeed-Main Register-2026-05-29-1047"}


def test_segment_finds_who_visitors_said_they_are(drafted):
    segment = drafted["segment_events"]
    assert segment.identifiers("email") >= {"nora.ellingham@example.com", "amara.okafor@example.net"}
    names = {(row["first_name"], row["full_name"]) for row in segment.rows("identity_records")}
    assert ("Nora", None) in names
    assert (None, "Amara Okafor") in names
    bought = [row for row in segment.rows("touchpoints") if row["event_name"] == "Order Completed"]
    assert [(row["order_id"], row["channel"]) for row in bought] == [("#200900", "web")]
    assert all(row["session_id"] for row in segment.rows("touchpoints"))


def test_ga4_reads_parameters_out_of_their_lists(drafted):
    events = drafted["ga4_events"].rows("touchpoints")
    assert len(events) == 16
    purchase = next(row for row in events if row["event_name"] == "Order Completed")
    assert purchase["order_id"] == "#200901"
    assert purchase["page"] == "https://www.example.com/checkout"
    assert purchase["session_id"].endswith("-1780000101")
    assert purchase["occurred_at"] == datetime(2026, 5, 28, 13, 35, 55, 123461)


def test_amplitude_is_the_app_and_counts_its_own_visits(drafted):
    events = drafted["amplitude_events"].rows("touchpoints")
    assert {row["channel"] for row in events} == {"app"}
    assert len({row["session_id"] for row in events}) == 3


def test_subscribed_is_in_unsubscribed_is_out_and_never_subscribed_says_nothing(drafted):
    assert all(row["is_timed"] for row in drafted["klaviyo_profiles"].rows("consents"))
    status = {row["consent_statement_id"]: row["status"] for row in drafted["klaviyo_profiles"].rows("consents")}
    assert status["klaviyo_profiles:01H00KZ8Q4W7RM2XB9T5VC3N6YJ:email"] == "in"
    assert status["klaviyo_profiles:01H02KZ8Q4W7RM2XB9T5VC3N6YJ:email"] == "out"
    assert "klaviyo_profiles:01H01KZ8Q4W7RM2XB9T5VC3N6YJ:email" not in status


def test_the_three_files_of_an_audience_are_one_feed(drafted):
    mailchimp = drafted["mailchimp_audience"]
    assert len(mailchimp.rows("identity_records")) == 11
    out = {row["record_id"] for row in mailchimp.rows("consents") if row["status"] == "out"}
    assert out == {f"mailchimp_audience:5085000{number}" for number in ("05", "06", "07", "09", "10")}


def test_an_opt_out_flag_is_out_and_its_absence_says_nothing(drafted):
    for name in ("hubspot_contacts", "salesforce_contacts"):
        assert [row["status"] for row in drafted[name].rows("consents")] == ["out", "out"]


def test_a_deleted_contact_is_taken_back(drafted):
    assert "deletedWhen: is_deleted" in drafted["salesforce_contacts"].contract()
    assert len(drafted["salesforce_contacts"].rows("identity_records")) == 11


def test_country_names_become_codes(drafted):
    assert {row["country"] for row in drafted["salesforce_contacts"].rows("identity_records")} == {"GB", "US"}


def test_tickets_know_their_state(drafted):
    for name, open_tickets in (("freshdesk_tickets", 5), ("intercom_conversations", 4), ("zendesk_tickets", 5)):
        assert sum(row["is_open"] for row in drafted[name].rows("tickets")) == open_tickets, name
    assert {row["subject"] for row in drafted["intercom_conversations"].rows("tickets")} >= {"Where is my parcel?"}


def test_a_file_in_utf_16_with_marks_before_its_values_is_read(drafted):
    leads = drafted["meta_leads"]
    assert "+447700900101" in leads.identifiers("phone")
    assert {row["channel"] for row in leads.rows("touchpoints")} == {"social"}
    assert "trimPrefixes" in leads.contract()


def test_customer_numbers_of_two_systems_never_meet_by_chance(drafted):
    assert all(value.startswith("hubspot-") for value in drafted["hubspot_contacts"].identifiers("shop_customer_id"))
    assert drafted["segment_events"].identifiers("shop_customer_id") == {"700001", "700003", "700004"}
