"""Each policy chooses, explains, and breaks ties the same way every time."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from cdp.contracts.documents import load_document
from cdp.profiles import GOLDEN_FIELDS, ProfileSettings, Survivorship, survivorship_sql
from cdp.profiles.survivorship import LOSERS, golden_record_sql
from cdp.steps import load_steps

REFERENCE = Path(__file__).parents[2] / "pipelines" / "profile.yaml"
SNAPSHOTS = Path(__file__).parent / "snapshots"
DAY = datetime(2026, 1, 1)


@pytest.fixture
def ranked(shop):
    def rank(entry, *rows):
        shop.engine.execute(
            "create or replace temp table record_values (customer_id varchar, record_id varchar, feed varchar, "
            "observed_at timestamp, full_name varchar, first_name varchar, last_name varchar, gender varchar, "
            "street varchar, city varchar, postcode varchar, country varchar)"
        )
        for feed, age, values in rows:
            observed = None if age is None else DAY - timedelta(days=age)
            content = {"customer_id": "C1", "record_id": f"{feed}:{age}", "feed": feed,
                       "observed_at": observed, **values}  # fmt: skip
            names, marks = ", ".join(content), ", ".join(f"${name}" for name in content)
            shop.engine.execute(f"insert into record_values ({names}) values ({marks})", content)
        field = entry.fields[0]
        return shop.engine.rows(
            f"select {field}_value, feed, reason from ({survivorship_sql(entry)}) order by value_rank"
        )

    return rank


def city(name):
    return {"city": name}


def test_golden_record_joins_what_every_entry_put_first(shop):
    for table, content in {
        "customers": "('C1', false), ('C2', false), ('C3', false), ('C4', true)) as t(customer_id, is_anonymous)",
        "ranked_birth_date": "('C1', '1980-02-03', 1)) as t(customer_id, birth_date_value, value_rank)",
        "ranked_street": "('C1', '1 Old Lane', null, 2), ('C1', '2 New Lane', 'Leeds', 1), ('C2', null, 'York', 1), "
        "('C4', '3 Lane', 'Bath', 1)) as t(customer_id, street_value, city_value, value_rank)",
    }.items():
        shop.engine.create_table(table, f"select * from (values {content}")
    entries = [
        Survivorship(fields=["birth_date"], policy="most_frequent"),
        Survivorship(fields=["street", "city"], policy="most_recent"),
    ]
    shop.engine.create_table("golden_record", golden_record_sql(entries))
    assert shop.engine.columns("golden_record")["birth_date"] == "DATE"
    assert shop.engine.rows("select customer_id, birth_date::varchar, street, city from golden_record order by 1") == [
        ("C1", "1980-02-03", "2 New Lane", "Leeds"),
        ("C2", None, None, "York"),
    ]


def test_source_priority(ranked):
    entry = Survivorship(fields=["city"], policy="source_priority", sources=["shop", "card"])
    assert ranked(entry, ("till", 0, city("Bath")), ("card", 1, city("York")), ("shop", 9, city("Leeds"))) == [
        ("Leeds", "shop", "source_priority"),
        ("York", "card", "a source of higher priority says otherwise"),
        ("Bath", "till", "a source of higher priority says otherwise"),
    ]


def test_most_recent_puts_undated_last(ranked):
    entry = Survivorship(fields=["city"], policy="most_recent")
    found = ranked(entry, ("a", 5, city("Bath")), ("b", 1, city("York")), ("c", None, city("Leeds")))
    assert [row[0] for row in found] == ["York", "Bath", "Leeds"]
    assert found[1][2] == "a later record says otherwise"


def test_most_frequent_counts_records_whatever_their_spelling(ranked):
    entry = Survivorship(fields=["city"], policy="most_frequent")
    found = ranked(entry, ("a", 9, city("YORK")), ("b", 8, city("York")), ("c", 1, city("Bath")))
    assert found == [("York", "b", "most_frequent"), ("Bath", "c", "more records say otherwise")]


def test_most_complete_counts_fields_of_a_group(ranked):
    entry = Survivorship(fields=["street", "city", "country"], policy="most_complete")
    found = ranked(
        entry,
        ("a", 1, {"street": "1 Elm Row", "country": "GB"}),
        ("b", 9, {"street": "2 Oak Row", "city": "York", "country": "GB"}),
    )
    assert [row[0] for row in found] == ["2 Oak Row", "1 Elm Row"]


def test_a_group_without_its_first_field_never_wins(ranked):
    entry = Survivorship(fields=["street", "city"], policy="most_recent")
    found = ranked(entry, ("a", 0, city("York")), ("b", 9, {"street": "2 Oak Row"}))
    assert found[0][0] == "2 Oak Row"


def test_verified_first(ranked):
    entry = Survivorship(fields=["city"], policy="verified_first")
    found = ranked(entry, ("a", 9, city("Bath")), ("b", 8, city("bath")), ("c", 0, city("York")))
    assert found == [("Bath", "a", "verified_first"), ("York", "c", "another value is confirmed by two feeds")]


def test_keep_all_shows_the_latest(ranked):
    entry = Survivorship(fields=["city"], policy="keep_all")
    found = ranked(entry, ("a", 9, city("Bath")), ("b", 8, city("York")))
    assert [row[2] for row in found] == ["keep_all", LOSERS["keep_all"]]


def test_a_tie_is_broken_by_date_then_spelling(ranked):
    entry = Survivorship(fields=["city"], policy="most_frequent")
    found = ranked(entry, ("a", 2, city("Bath")), ("b", 1, city("York")), ("c", 1, city("Ayr")))
    assert [(row[0], row[2]) for row in found] == [
        ("Ayr", "most_frequent"),
        ("York", "tie, broken by spelling"),
        ("Bath", "tie, a later record says otherwise"),
    ]


def test_capitals_give_way_to_proper_spelling(ranked):
    entry = Survivorship(fields=["full_name", "first_name", "last_name"], policy="most_recent")
    found = ranked(
        entry,
        ("a", 0, {"full_name": "KIM LARK"}),
        ("b", 9, {"full_name": "Kim Lark", "first_name": "Kim", "last_name": "Lark"}),
    )
    assert found == [("Kim Lark", "b", "only value")]


@pytest.mark.parametrize(
    ("name", "entry"),
    [
        ("name_by_source", Survivorship(fields=["full_name", "first_name", "last_name"],
                                        policy="source_priority", sources=["shop_customers", "it's"])),
        ("email_verified_first", Survivorship(fields=["email"], policy="verified_first")),
    ],
)  # fmt: skip
def test_generated_sql_is_as_reviewed(name, entry):
    assert survivorship_sql(entry) + "\n" == (SNAPSHOTS / f"{name}.sql").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "entry",
    [
        {"fields": ["city"], "policy": "source_priority"},
        {"fields": ["city"], "policy": "most_recent", "sources": ["a"]},
        {"fields": ["email", "phone"], "policy": "most_recent"},
        {"fields": [], "policy": "most_recent"},
        {"fields": ["shoe_size"], "policy": "most_recent"},
        {"fields": ["city"], "policy": "best"},
    ],
)
def test_malformed_entries_are_refused(entry):
    with pytest.raises(ValidationError):
        Survivorship.model_validate(entry)


def test_every_field_is_named_once():
    every = [{"fields": [field], "policy": "most_recent"} for field in GOLDEN_FIELDS]
    ProfileSettings.model_validate({"golden_record": every})
    with pytest.raises(ValidationError, match="lacks shop_customer_id"):
        ProfileSettings.model_validate({"golden_record": every[:-1]})
    with pytest.raises(ValidationError, match="names full_name twice"):
        ProfileSettings.model_validate({"golden_record": [*every, every[0]]})


def test_reference_settings_are_sound():
    settings, faults = load_document(REFERENCE, ProfileSettings)
    assert faults == []
    assert settings is not None
    assert "loyalty_members" in settings.feeds_named().values()


@pytest.mark.parametrize("stage", ["golden", "profiles"])
def test_steps_at_record_grain_are_portable(stage):
    at_customer_or_day_grain = {
        "channel_totals", "profiles", "recent_orders", "recent_touchpoints", "survey_history", "households",
        "cart_purchases", "carts", "cart_stores", "cart_items", "price_inconsistencies", "business_days",
    }  # fmt: skip
    for step in load_steps(stage):
        assert step.is_portable == (step.name not in at_customer_or_day_grain), step.name
