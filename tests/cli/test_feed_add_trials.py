"""What cdp feed add tries before it writes and recommends, and what it says in a workspace with faults elsewhere."""

from __future__ import annotations

import json

import pytest

from cdp.cli import main
from cdp.workspace.feed_trials import outcome, without_faulty_tables
from cdp.workspace.feeds import find_preset, rendered

ORDERS = "Order ID,Date,Email,Total\n" + "".join(
    f"W{n},2026-06-01T10:0{n}:00Z,p{n}@example.net,2{n}.00\n" for n in range(1, 6)
)


@pytest.fixture
def shop(tmp_path, monkeypatch):
    root = tmp_path / "shop"
    assert main(["init", str(root), "--empty"]) == 0
    (root / "data/inbox/webshop_2026-06-01.csv").write_text(ORDERS, encoding="utf-8")
    monkeypatch.chdir(root)
    return root


def test_a_fault_elsewhere_makes_no_glob_wrong(shop, capsys):
    (shop / "pipelines/feeds/broken").mkdir(parents=True)
    (shop / "pipelines/feeds/broken/feed.yaml").write_text("feed: broken\nfiles: 7\n", encoding="utf-8")
    capsys.readouterr()
    assert main(["feed", "add", "data/inbox/webshop_2026-06-01.csv"]) == 0
    assert "does not fit the files" not in capsys.readouterr().err


@pytest.mark.parametrize("word", ["EURO", "eur", "€"])
def test_a_currency_that_is_none_is_refused(shop, capsys, word):
    assert main(["feed", "add", "data/inbox/webshop_2026-06-01.csv", "--currency", word]) == 2
    assert "is no currency" in capsys.readouterr().err
    assert not (shop / "schemas/exports/webshop.yaml").exists()


def test_a_table_that_does_not_run_is_left_out_and_told():
    texts = rendered(find_preset(None, "klaviyo-profiles"))
    name = "pipelines/feeds/klaviyo_profiles/consents.sql"
    broken = texts | {name: texts[name].replace("select", "select no_such_function(1),", 1)}
    kept, told = without_faulty_tables("klaviyo_profiles", broken)
    assert name not in kept
    assert "- consents" not in kept["pipelines/feeds/klaviyo_profiles/feed.yaml"]
    assert [line.startswith(name) for line in told] == [True]
    assert without_faulty_tables("klaviyo_profiles", texts) == (texts, [])


def test_a_preset_is_held_against_the_rows_before_it_is_recommended(tmp_path):
    sample = tmp_path / "events_20260601.json"
    event = {
        "event_date": "20260601", "event_timestamp": "1780339412000000", "event_name": "page_view",
        "user_pseudo_id": "1.2", "event_params": [],
    }  # fmt: skip
    preset = rendered(find_preset(None, "ga4-events"))
    sample.write_text(json.dumps(event) + "\n", encoding="utf-8")
    assert outcome("ga4_events", preset, [sample]).accepted == 1
    sample.write_text(json.dumps(event | {"event_timestamp": None}) + "\n", encoding="utf-8")
    assert outcome("ga4_events", preset, [sample]).accepted == 0


MEMBERS = (
    "{email},{first},{last},MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,GMTOFF,DSTOFF,TIMEZONE,CC,REGION,"
    "LAST_CHANGED,LEID,EUID,NOTES,TAGS\n"
) + "".join(
    f"ann{n}@example.com,Ann{n},Lee,2,2026-05-0{n} 10:00:00,,,,,,,de,,2026-05-1{n} 10:00:00,{n},e{n},,\n"
    for n in range(1, 8)
)


@pytest.mark.parametrize(
    ("headers", "is_better"),
    [
        ({"email": "Email Address", "first": "First Name", "last": "Last Name"}, True),
        ({"email": "E-Mail-Adresse", "first": "Vorname", "last": "Nachname"}, False),
    ],
)
def test_a_preset_that_misses_the_addresses_which_a_draft_finds_is_not_recommended(shop, capsys, headers, is_better):
    (shop / "data/inbox/audience.csv").write_text(MEMBERS.format(**headers), encoding="utf-8")
    capsys.readouterr()
    assert main(["feed", "add", "data/inbox/audience.csv"]) == 0
    told = capsys.readouterr().err
    assert ("--preset mailchimp-audience" in told) is is_better
    short = "mailchimp-audience would find 0 of the 7 e-mails and 0 of the 7 names that the draft finds"
    assert (short in told) is not is_better
