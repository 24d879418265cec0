"""Planted dirt and true totals, right after mapping: of the sample always, of the practice shop where it is."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

ROOT = Path(__file__).parents[2]
AS_OF = "(select as_of from until)"


@pytest.fixture(scope="module", params=["sample", "shop"])
def source(request):
    return request.param


@pytest.fixture(scope="module")
def shop(source, request):
    return request.getfixturevalue(source)


@pytest.fixture(scope="module")
def truth_folder(source, request):
    return (
        ROOT / "data" / "sample" / "truth" if source == "sample" else request.getfixturevalue("shop_folder") / "truth"
    )


@pytest.fixture(scope="module")
def manifest(truth_folder, feeds):
    rows = pd.read_csv(truth_folder / "dirt_manifest.csv", dtype=str).fillna("")
    return rows[rows.feed.isin(feeds.feeds)]


@pytest.fixture(scope="module")
def refused(shop):
    return {(row.file, str(row.line)) for row in shop.quarantined}


@pytest.fixture(scope="module")
def people(shop, truth_folder):
    """Totals per person; the engine gets ``truth`` (whose record is whose) and ``until`` (the as-of instant)."""
    truth = pd.read_csv(truth_folder / "truth_identity.csv", dtype=str)
    truth["record_id"] = truth.feed + ":" + truth.source_record_id
    shop.engine.register("truth", truth[["record_id", "person_id", "kind", "evidence"]])
    as_of = json.loads((truth_folder / "truth_meta.json").read_text(encoding="utf-8"))["as_of"]
    shop.engine.create_table("until", f"select timestamptz '{as_of}'::timestamp as as_of")
    totals = pd.read_parquet(truth_folder / "truth_totals.parquet")
    return totals[~totals.erased].set_index("person_id")


def by_person(shop, people, sql):
    """The query's value per person, in the order of ``people``; 0 where there is none."""
    frame = shop.engine.frame(sql)
    return pd.to_numeric(frame.set_index("person_id").value).reindex(people.index).fillna(0)


def test_every_planted_reject_is_refused_and_no_real_row(manifest, refused):
    rows = manifest[manifest.line != ""]
    places = rows.assign(place=list(zip(rows.file, rows.line, strict=True)))
    assert set(places[places.expected == "reject"].place) <= refused
    cut_off = {place for place in refused if place[0].endswith("#2.json.gz")}
    assert refused - cut_off <= set(places.place)
    broken_keys = set(rows[rows.expected == "reject"].row_key)
    told = (places.expected == "warn") & (places.feed != "consent")
    kept = places[(places.expected == "accept_null") | told | (places.kind == "duplicate_row")]
    assert not set(kept[~kept.row_key.isin(broken_keys)].place) & refused


def test_what_is_only_told_is_told(manifest, shop, refused):
    messages = {item.file: item.message for item in shop.ledgers}
    for row in manifest[(manifest.expected == "warn") & (manifest.line != "")].itertuples():
        assert messages[row.file] or (row.file, row.line) in refused, f"{row.file}:{row.line} {row.kind}"


def test_a_consent_that_cannot_be_placed_is_refused(manifest, refused):
    planted = manifest[(manifest.feed == "consent") & (manifest.kind == "unknown_value")]
    assert len(planted) >= 2
    assert set(zip(planted.file, planted.line, strict=True)) <= refused


def test_every_true_record_is_there_with_its_kind(shop, people):
    wrong = shop.engine.rows(
        "select t.record_id from truth as t left join identity_records as i using (record_id) "
        "where i.record_kind is distinct from t.kind"
    )
    assert wrong == []


ORDERS = f"""
    select t.person_id, {{value}} as value
    from orders as o inner join truth as t using (record_id)
    where t.evidence = 'strong' and not o.is_cancelled and o.ordered_at < {AS_OF} {{where}}
    group by t.person_id
"""


@pytest.mark.parametrize(
    ("column", "value", "where"),
    [
        ("orders", "count(*)", ""),
        ("orders_store", "count(*)", "and o.channel = 'store'"),
        ("orders_web", "count(*)", "and o.channel = 'web'"),
        ("orders_app", "count(*)", "and o.channel = 'app'"),
        ("gross_revenue", "sum(o.gross_revenue)::double", ""),
    ],
)
def test_sales_are_exact(shop, people, column, value, where):
    got = by_person(shop, people, ORDERS.format(value=value, where=where))
    assert ((got - people[column]).abs() < 0.015).all()


def test_returns_are_exact(shop, people):
    got = by_person(
        shop,
        people,
        f"""select t.person_id, sum(r.amount)::double as value
        from returns as r
        inner join orders as o on r.order_id = o.order_id
        inner join truth as t on o.record_id = t.record_id
        where t.evidence = 'strong' and not o.is_cancelled and coalesce(r.returned_at < {AS_OF}, true)
        group by t.person_id""",
    )
    assert ((got - people.returned_value).abs() < 0.015).all()


def test_times_of_purchases_are_utc(shop, people):
    sql = ORDERS.format(value="epoch(date_trunc('minute', {side}(o.ordered_at)))", where="")
    for column, side in (("first_purchase_at", "min"), ("last_purchase_at", "max")):
        got = by_person(shop, people, sql.replace("{side}", side))
        wanted = pd.to_datetime(people[column].replace("", None)).dt.floor("min")
        assert ((got - wanted.map(pd.Timestamp.timestamp, na_action="ignore").fillna(0)).abs() < 1).all()


def test_service_is_exact(shop, people):
    tickets = by_person(
        shop,
        people,
        f"select person_id, count(*) as value from tickets inner join truth using (record_id) "
        f"where is_open and opened_at < {AS_OF} group by person_id",
    )
    assert (tickets == people.open_tickets).all()
    waiting = by_person(
        shop,
        people,
        "select person_id, count(*) as value from fulfilments inner join truth using (record_id) "
        "where status in ('created', 'ready') group by person_id",
    )
    assert (waiting == people.reservations_waiting).all()


def test_sms_consent_is_exact(shop, people):
    frame = shop.engine.frame(
        "select person_id, arg_max(status, stated_at) as status from consents inner join truth using (record_id) "
        f"where channel = 'sms' and is_timed and stated_at < {AS_OF} group by person_id"
    )
    got = frame.set_index("person_id").status.reindex(people.index).fillna("").astype(object)
    assert (got == people.consent_sms.astype(object)).all()


def test_points_are_exact(shop, people):
    got = by_person(
        shop,
        people,
        "select t.person_id, sum(l.points)::double as value from loyalty_ledger as l "
        f"inner join truth as t on l.record_id = t.record_id where l.booked_at < {AS_OF} group by t.person_id",
    )
    assert (got == people.loyalty_balance).all()


def test_messages_and_costs_are_exact(shop, truth_folder):
    shop.engine.create_table(
        "told_of",
        "select channel, coalesce(message_id, send_id || recipient_value) as message, "
        "bool_or(event_type = 'sent') as is_sent, bool_or(event_type = 'bounced') as is_bounced, "
        "bool_or(event_type = 'opened') as is_opened, bool_or(event_type = 'clicked') as is_clicked "
        "from message_events group by all",
    )
    found = {}
    for channel, sent, delivered, opened, clicked in shop.engine.rows(
        "select channel, count(*) filter (is_sent), count(*) filter (is_sent and not is_bounced), "
        "count(*) filter (is_opened), count(*) filter (is_clicked) from told_of group by channel"
    ):
        found |= {(f"{channel}_sent", channel): sent, (f"{channel}_delivered", channel): delivered}
        found[f"{channel}_open_rate", channel] = round(opened / delivered, 4)
        found[f"{channel}_ctr", channel] = round(clicked / delivered, 4)
    costs = shop.engine.rows("select campaign_id, fixed_cost + unit_cost * count_billed from campaign_costs")
    found |= {("campaign_cost", campaign): float(cost) for campaign, cost in costs}
    truth = pd.read_csv(truth_folder / "truth_kpis.csv")
    asked = {(row.kpi, row.dimension): row.value for row in truth.itertuples() if (row.kpi, row.dimension) in found}
    assert {kpi for kpi, _ in asked} >= {"email_sent", "sms_ctr", "push_open_rate", "campaign_cost"}
    assert {key: round(found[key], 4) for key in asked} == asked


def test_every_mail_knows_its_campaign(shop):
    lost = shop.engine.rows(
        "select distinct send_id from message_events anti join campaigns using (send_id) where send_id is not null"
    )
    assert lost == []


def test_prices_that_differ_between_channels_are_those_of_the_truth(shop, truth_folder):
    found = shop.engine.rows(
        """
        select sku, channel, valid_from::varchar
        from (from prices where promotion_id is null) as p
        where 2 = (
            select count(distinct o.channel)
            from prices as o
            where o.sku = p.sku and o.promotion_id is null and o.channel <> p.channel and o.price <> p.price
                and o.valid_from <= coalesce(p.valid_to, date '9999-12-31')
                and coalesce(o.valid_to, date '9999-12-31') >= p.valid_from
        )
        """
    )
    truth = pd.read_csv(truth_folder / "truth_price_inconsistencies.csv", dtype=str)
    asked = set(zip(truth.sku, truth.odd_channel, truth.valid_from, strict=True))
    assert asked == set(found)
