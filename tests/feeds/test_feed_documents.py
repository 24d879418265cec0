"""Feeds, contracts and mappings of the reference workspace keep the rules of the house."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

import pytest

from cdp.steps import tables_read

NAMES = {
    "pos_receipts", "shop_orders", "shop_customers", "web_events", "app_events", "social_leads", "social_interactions",
    "support_tickets", "call_log", "nps_survey", "loyalty_members", "consent", "products", "stores", "erasure_requests",
    "loyalty_ledger", "campaign_email", "campaign_email_jobs", "campaign_sms", "campaign_push", "campaign_costs",
    "prices", "inventory", "exchange_rates", "suppressions",
}  # fmt: skip
MAPPINGS = sorted((Path(__file__).parents[2] / "pipelines" / "feeds").glob("*/*.sql"))
CLOCK = re.compile(r"\b(now|today|current_date|current_timestamp|random|uuid|gen_random_uuid)\s*\(|\$\w|\bas_of\b")


def label(path):
    return f"{path.parent.name}/{path.stem}"


def test_every_export_has_a_feed_with_a_contract_and_tables(feeds):
    assert feeds.feeds.keys() == NAMES
    for name, feed in feeds.feeds.items():
        assert feed.contract in feeds.contracts, name
        assert set(feed.tables) <= feeds.canonical.keys(), name


def test_every_mapping_file_belongs_to_its_feed(feeds):
    declared = {(name, table) for name, feed in feeds.feeds.items() for table in feed.tables}
    assert {(path.parent.name, path.stem) for path in MAPPINGS} == declared


def test_every_canonical_table_is_made_by_a_feed(feeds):
    assert {table for feed in feeds.feeds.values() for table in feed.tables} == feeds.canonical.keys()


@pytest.mark.parametrize("path", MAPPINGS, ids=label)
def test_a_mapping_is_one_documented_select_over_its_feed_and_canonical_tables(path, feeds, sql_code):
    text = path.read_text(encoding="utf-8")
    header = [line for line in text.splitlines() if line.startswith("--")]
    assert header[0].startswith("-- ")
    assert any(line.startswith("-- grain: ") for line in header)
    own = path.parent.name
    allowed = {own} | (feeds.canonical.keys() - set(feeds.feeds[own].tables))
    assert tables_read(text, str(path)) <= allowed
    assert not CLOCK.search(sql_code(text)), "the result may not depend on the clock"
    assert max(map(len, text.splitlines())) <= 120


def test_file_names_lead_to_one_feed_each(feeds):
    delivered = {
        "pos/pos_receipts_20260531.csv": "pos_receipts",
        "night1/pos/pos_receipts_20260531.csv.gz": "pos_receipts",
        "shop/orders_export_1.csv": "shop_orders",
        "shop/customers_export_1.csv": "shop_customers",
        "events/rudderstack_2026-05-31_001.jsonl.gz": "web_events",
        "app/412233_2026-05-31_23#1.json.gz": "app_events",
        "social/lead_ads_2026-05-31.csv": "social_leads",
        "social/inbox_messages_2026-05-31.csv": "social_interactions",
        "support/zendesk_tickets_2026-05-31.json": "support_tickets",
        "support/call_log_2026-05-31.csv": "call_log",
        "support/nps_responses_2026-05-31.csv": "nps_survey",
        "loyalty/members_20260531.csv": "loyalty_members",
        "consent/consent_log_2026-05-31.csv": "consent",
        "reference/products_2026-05-31.csv.gz": "products",
        "reference/stores.csv": "stores",
        "privacy/erasure_requests.csv": "erasure_requests",
        "privacy/suppressions_2026-05-31.csv": "suppressions",
        "loyalty/points_ledger_20260531.csv": "loyalty_ledger",
        "reference/prices_2026-05-31.csv.gz": "prices",
        "reference/inventory_2026-05-31.parquet": "inventory",
        "reference/exchange_rates.csv": "exchange_rates",
        "marketing/sms_log_2026-05-31.csv": "campaign_sms",
        "marketing/braze_currents_push_2026-05-31.jsonl": "campaign_push",
        "marketing/campaign_costs_2026-05-31.csv": "campaign_costs",
        "marketing/plan_2026-05-31.csv": None,
    }
    for name, wanted in delivered.items():
        claims = [f.feed for f in feeds.feeds.values() if any(PurePosixPath(name).match(glob) for glob in f.files)]
        assert claims == ([wanted] if wanted else []), name


def test_half_an_upload_belongs_to_no_feed_and_a_packed_file_to_the_same(feeds):
    for feed in feeds.feeds.values():
        for glob in [glob for glob in feed.files if glob.endswith(("csv", "json", "jsonl"))]:
            name = glob.replace("*", "1")
            for ending in ("", ".gz", ".zip", ".zst"):
                assert any(PurePosixPath(name + ending).match(other) for other in feed.files), name + ending
            for ending in (".part", ".sha256", "~", ".gz.part"):
                assert not any(PurePosixPath(name + ending).match(other) for other in feed.files), name + ending


@pytest.mark.parametrize(
    ("kind", "identifier", "channel", "reason"),
    [
        ("email", "ann@example.com", "E-Mail", "values:channel"),
        ("mail", "ann@example.com", "email", "values:identifier_type"),
    ],
)
def test_an_opt_out_in_other_words_is_quarantined(land, tmp_path, kind, identifier, channel, reason):
    inbox = tmp_path / "night"
    (inbox / "consent").mkdir(parents=True)
    (inbox / "consent" / "consent_log_1.csv").write_text(
        "consent_id,identifier_type,identifier,channel,status,source,captured_at,ip_country\n"
        "CN1,EMAIL,ann@example.com,Email,opt_out,web_form,2026-05-01T10:00:00Z,GB\n"
        f"CN2,{kind},{identifier},{channel},opt_out,web_form,2026-05-01T10:00:00Z,GB\n"
    )
    landed = land(inbox)
    [row] = landed.quarantined
    assert (row.line, list(row.reason_codes)) == (3, [reason])
    assert landed.engine.rows("select channel, status from consents") == [("email", "out")]


def test_contracts_keep_personal_values_marked(feeds):
    telling = {"email", "phone", "person_name", "first_name", "last_name", "birth_date", "street", "postcode"}
    for contract in feeds.contracts.values():
        for item in contract.properties:
            if item.semantic_type in telling:
                assert item.classification == "personal", f"{contract.name}.{item.name}"
