"""Presets against the same exports as other accounts get them: other dates, names and columns than in the samples."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime

import pytest

from cdp.engines import open_engine
from cdp.ingest.draft.trial import try_feed
from cdp.workspace import check_workspace
from cdp.workspace.feeds import place_feed, presets, rendered
from cdp.workspace.init import init_workspace

NAMES = (
    *("square-transactions", "ga4-events", "hubspot-contacts", "meta-leads", "klaviyo-profiles", "salesforce-contacts"),
    "segment-events",
)


@pytest.fixture(scope="module")
def tried(tmp_path_factory):
    """Try an export, given as rows, under a preset; gives the rows of a table as mappings."""
    folder = tmp_path_factory.mktemp("variants")
    root = init_workspace(folder / "workspace", empty=True)
    known = presets(None)
    for name in NAMES:
        place_feed(root, known[name].settings.feed, rendered(known[name]), force=False)
    workspace, faults = check_workspace(root)
    assert faults == []
    engine = open_engine("duckdb", threads=1)

    def trying(preset, content, table, delimiter=",", encoding="utf-8", refused=()):
        feed = known[preset].settings.feed
        path = folder / f"{preset}.export"
        if isinstance(content, list):
            text = io.StringIO()
            writer = csv.DictWriter(text, list(content[0]), delimiter=delimiter)
            writer.writeheader()
            writer.writerows(content)
            content = text.getvalue()
        path.write_text(content, encoding=encoding, newline="")
        (plan,) = [plan for plan in workspace.plans if plan.feed.feed == feed]
        trial = try_feed(engine, plan, workspace.canonical(), [path], as_of=datetime(2026, 6, 2), shown=100)
        assert tuple(code for row in trial.refused for code in row.reason_codes) == refused
        (found,) = [each for each in trial.tables if each.name == table]
        return [dict(zip(found.columns, row, strict=True)) for row in found.rows]

    yield trying
    engine.close()


@pytest.mark.parametrize(
    ("zone", "day", "instant"),
    [
        ("Pacific Time (US & Canada)", "05/06/26", datetime(2026, 5, 6, 16, 30)),
        ("Arizona", "5/6/2026", datetime(2026, 5, 6, 16, 30)),
        ("London", "06/05/2026", datetime(2026, 5, 6, 8, 30)),
        ("Paris", "06/05/26", datetime(2026, 5, 6, 7, 30)),
        ("Eastern Time (US & Canada)", "2026-05-06", datetime(2026, 5, 6, 13, 30)),
    ],
)
def test_square_writes_days_as_its_country_does(tried, zone, day, instant):
    row = {
        "Date": day, "Time": "09:30:00", "Time Zone": zone, "Item": "Mug", "Qty": "1.0", "SKU": "M", "Tax": "$1.00",
        "Gross Sales": "$1,299.00", "Discounts": "-$9.00", "Net Sales": "$1,290.00", "Transaction ID": "T1",
        "Event Type": "Payment", "Location": "Main",
    }  # fmt: skip
    (order,) = tried("square-transactions", [row], "orders")
    assert (order["ordered_at"], order["gross_revenue"]) == (instant, 1291)


def test_ga4_events_need_no_bundle(tried):
    event = {
        "event_timestamp": "1780000000000000",
        "event_name": "page_view",
        "user_pseudo_id": "1.2",
        "platform": "WEB",
    }
    lines = [json.dumps(event | {"event_name": name}) + "\n" for name in ("page_view", "view_item")]
    assert len(tried("ga4-events", "".join(lines), "touchpoints")) == 2


def test_hubspot_calls_its_record_id_in_two_ways(tried):
    row = {"Record ID - Contact": "151", "Email": "ann@example.com", "First Name": "Ann", "Last Name": "Lee"}
    row |= {"Create Date": "2026-01-05 10:00", "Last Modified Date": "2026-05-05 10:00"}
    (record,) = tried("hubspot-contacts", [row], "identity_records")
    assert (record["source_id"], record["first_name"]) == ("151", "Ann")


@pytest.mark.parametrize("kind", ["Marketing Information", "One to One", "Customer Service Communication"])
def test_hubspot_tells_of_every_kind_of_email_who_opted_out(tried, kind):
    row = {"Record ID": "1", "Last Modified Date": "2026-05-05 10:00", "Unsubscribed from all email": ""}
    rows = [
        row | {"Record ID": str(number), f"Opted out of email: {kind}": said}
        for number, said in enumerate(("true", "false", "", "true"))
    ]
    rows[3]["Unsubscribed from all email"] = "true"
    found = {
        each["record_id"]: (each["status"], each["source"]) for each in tried("hubspot-contacts", rows, "consents")
    }
    assert found == {
        "hubspot_contacts:0": ("out", f"Opted out of email: {kind}"),
        "hubspot_contacts:3": ("out", "Unsubscribed from all email"),
    }


def test_lead_forms_ask_for_names_and_places_apart(tried):
    row = {
        "id": "l:1", "created_time": "2026-05-28T04:00:00-05:00", "ad_id": "ag:1", "ad_name": "A", "adset_id": "as:1",
        "adset_name": "S", "campaign_id": "c:1", "campaign_name": "C", "form_id": "f:1", "form_name": "F",
        "is_organic": "false", "platform": "ig", "work_email": "ann@example.com", "first_name": "Ann",
        "last_name": "Lee", "phone_number": "p:+14155550100", "post_code": "z:01097", "country": "de",
    }  # fmt: skip
    (record,) = tried("meta-leads", [row], "identity_records", delimiter="\t", encoding="utf-16")
    found = tuple(record[name] for name in ("first_name", "last_name", "postcode", "country"))
    assert found == ("Ann", "Lee", "01097", "DE")


@pytest.mark.parametrize("asked", ["first_name", "last_name", "street_address", "zip_code", "work_email"])
def test_a_test_lead_is_nobody_whatever_the_form_asks_for(tried, asked):
    row = {"id": "l:1", "created_time": "2026-05-28T04:00:00-05:00", "full_name": "", "phone_number": "+14155550100"}
    real, test = row | {asked: "7"}, row | {"id": "l:2", asked: f"<test lead: dummy data for {asked}>"}
    rows = [real, test]
    options = {"delimiter": "\t", "encoding": "utf-16", "refused": ("rule:not_a_test_lead",)}
    (record,) = tried("meta-leads", rows, "identity_records", **options)
    assert record["source_id"] == "l:1"


def test_klaviyo_lists_say_when_somebody_was_added(tried):
    row = {"Email": "ann@example.com", "Klaviyo ID": "01J", "First Name": "Ann", "Initial Source": "Popup"}
    row |= {"Date Added": "2026-05-01 09:00:00+00:00", "Email Marketing Consent": "SUBSCRIBED"}
    (record,) = tried("klaviyo-profiles", [row], "identity_records")
    assert record["first_observed_at"] == datetime(2026, 5, 1, 9)


@pytest.mark.parametrize("header", ["Email", "email"])
def test_klaviyo_lists_without_ids_are_told_apart_by_address(tried, header):
    row = {header: "ann@example.com", "First Name": "Ann", "Email Marketing Consent": "UNSUBSCRIBED"}
    (record,) = tried("klaviyo-profiles", [row], "record_identifiers")
    assert (record["record_id"], record["identifier_value"]) == ("klaviyo_profiles:ann@example.com", "ann@example.com")


def test_data_loader_writes_its_headers_in_capitals(tried):
    row = {"ID": "003A", "LASTNAME": "Lee", "FIRSTNAME": "Ann", "EMAIL": "ann@example.com", "ISDELETED": "false"}
    row |= {"HASOPTEDOUTOFEMAIL": "true", "CREATEDDATE": "2026-05-01T09:00:00.000Z"}
    row |= {"LASTMODIFIEDDATE": "2026-05-02T09:00:00.000Z", "SYSTEMMODSTAMP": "2026-05-02T09:00:00.000Z"}
    (record,) = tried("salesforce-contacts", [row], "identity_records")
    assert (record["source_id"], record["last_name"]) == ("003A", "Lee")


def test_an_order_that_segment_tells_as_completed_twice_is_one_purchase(tried):
    def call(number, order, event="Order Completed"):
        said = {"type": "track", "event": event, "messageId": f"m{number}", "anonymousId": f"a{number % 2}"}
        said |= {"timestamp": f"2026-05-28T12:00:0{number}.000Z", "properties": {"order_id": order, "revenue": 9}}
        return json.dumps(said) + "\n"

    calls = [call(1, "#7"), call(2, "#7"), call(3, "#8"), call(4, "#8", "Order Viewed"), call(5, "undefined")]
    content = "".join([*calls, call(6, "undefined")])
    found = tried("segment-events", content, "touchpoints")
    bought = sorted((row["touchpoint_id"], row["order_id"]) for row in found if row["event_name"] == "Order Completed")
    assert bought == [
        ("segment_events:m1", "#7"),
        ("segment_events:m3", "#8"),
        ("segment_events:m5", None),
        ("segment_events:m6", None),
    ]
    numbers = {row["identifier_value"] for row in tried("segment-events", content, "record_identifiers")}
    assert numbers == {"a0", "a1", "#7", "#8"}
