from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from identity.town import Town, build_town, pair_scores

from cdp.contracts.documents import load_document
from cdp.engines import open_engine
from cdp.errors import IdentityError
from cdp.identity import IdentitySettings, PreviousIdentity, resolve

SETTINGS_FILE = Path(__file__).parents[2] / "pipelines" / "identity" / "settings.yaml"
AS_OF = datetime(2026, 6, 1)
OUTPUTS = {
    "identity_map": "record_id feed source_id customer_id",
    "identity_edges": "edge_id record_id_l record_id_r edge_type identifier_type identifier_value match_weight "
    "match_probability evidence is_cut cut_reason",
    "id_crosswalk": "run_id event_type customer_id other_customer_id reason count_records as_of",
    "identifiers": "customer_id identifier_type identifier_value first_seen_at last_seen_at count_records",
    "customers": "customer_id is_anonymous first_seen_at last_seen_at count_records count_feeds needs_review",
    "blocked_identifiers": "identifier_type identifier_value reason count_records evidence",
}


class Night:
    """One resolve and its tables."""

    def __init__(self, town, folder, previous=None, *, shuffle=None, threads=None, run_id="run1", settings=None):
        self.engine = open_engine("duckdb", temp_dir=folder, threads=threads)
        records, identifiers = town.frames(shuffle)
        self.engine.register("identity_records", records)
        self.engine.register("record_identifiers", identifiers)
        if previous is not None:
            self.engine.register("prev_identity_map", previous.engine.frame("select * from identity_map"))
            self.engine.register("prev_id_crosswalk", previous.engine.frame("select * from id_crosswalk"))
        self.summary = resolve(
            self.engine,
            settings or shipped(),
            as_of=AS_OF,
            run_id=run_id,
            model_path=folder / "model.json",
            previous=PreviousIdentity() if previous is not None else None,
        )

    @property
    def customer_of(self):
        return dict(self.engine.rows("select record_id, customer_id from identity_map"))

    def table(self, name):
        return sorted(self.engine.rows(f"select * from {name}"), key=str)

    def events(self, run_id):
        return self.engine.rows(
            "select event_type, customer_id, other_customer_id, count_records from id_crosswalk "
            "where run_id = $run_id order by all",
            {"run_id": run_id},
        )


def shipped() -> IdentitySettings:
    settings, faults = load_document(SETTINGS_FILE, IdentitySettings)
    assert settings is not None, faults
    return settings


@pytest.fixture(scope="module")
def town():
    return build_town()


@pytest.fixture(scope="module")
def first_night(town, tmp_path_factory):
    return Night(town, tmp_path_factory.mktemp("first"), threads=2)


def test_finds_people_again(town, first_night):
    precision, recall = pair_scores(first_night.customer_of, town.truth)
    assert precision >= 0.985
    assert recall >= 0.95
    assert first_night.summary.model == "trained"
    assert first_night.summary.model_links > 50


def test_tables_are_as_specified(town, first_night):
    for name, columns in OUTPUTS.items():
        assert list(first_night.engine.columns(name)) == columns.split(), name
    assert len(first_night.customer_of) == len(town.records)
    keys = first_night.engine.scalar("select count(*) - count(distinct edge_id) from identity_edges")
    assert keys == 0


def test_same_customers_whatever_the_order_of_rows_and_threads(town, first_night, tmp_path):
    again = Night(town, tmp_path, shuffle=3, threads=1)
    assert (tmp_path / "model.json").read_text() == Path(first_night_model(first_night)).read_text()
    for name in OUTPUTS:
        assert again.table(name) == first_night.table(name), name


def first_night_model(night):
    folder = night.engine.scalar("select current_setting('temp_directory')")
    return Path(folder) / "model.json"


def test_the_same_night_again_changes_nothing(town, first_night, tmp_path):
    (tmp_path / "model.json").write_text(Path(first_night_model(first_night)).read_text())
    again = Night(town, tmp_path, first_night, run_id="run2")
    assert again.summary.model == "loaded"
    assert again.customer_of == first_night.customer_of
    assert again.events("run2") == []
    assert again.summary.continuity == 1.0


@pytest.mark.parametrize("people", [0, 1, 4])
def test_small_data_links_only_what_is_certain(people, tmp_path):
    night = Night(build_town(people), tmp_path)
    assert night.summary.model == "none"
    assert "cannot carry a model" in night.summary.model_reason
    assert not (tmp_path / "model.json").exists()
    assert night.summary.records == len(night.customer_of)
    if people:
        assert pair_scores(night.customer_of, build_town(people).truth)[0] == 1.0


def test_a_missing_input_is_named(tmp_path):
    engine = open_engine("duckdb", temp_dir=tmp_path)
    with pytest.raises(IdentityError, match="identity_records, record_identifiers"):
        resolve(engine, IdentitySettings(), as_of=AS_OF, run_id="r", model_path=tmp_path / "m.json")
    engine.close()


def test_a_broken_model_file_is_named(tmp_path):
    (tmp_path / "model.json").write_text("{}")
    with pytest.raises(IdentityError, match=r"model\.json"):
        Night(build_town(2), tmp_path)


def same(night, *records):
    return len({night.customer_of[record] for record in records}) == 1


def test_a_couple_with_one_mailbox_stays_two(tmp_path):
    town = Town()
    shared = {"email": "home@lee.example"}
    ann = town.add("1", "shop_customers", "account", shared, first_name="Ann", last_name="Lee")
    bob = town.add("2", "shop_customers", "account", shared, first_name="Robert", last_name="Lee")
    bobby = town.add("2", "shop_orders", "order", shared, full_name="LEE, BOB")
    night = Night(town, tmp_path)
    assert not same(night, ann, bob)
    assert same(night, bob, bobby)
    reason = night.engine.rows("select distinct cut_reason from identity_edges where is_cut")
    assert reason == [("given names differ",)]


def test_a_recycled_phone_follows_its_holder_of_the_time(tmp_path):
    town = Town()
    number = {"phone": "07700 900123"}
    old = town.add("1", "shop_orders", "order", number, day=0, full_name="Ann Lee")
    new = town.add("2", "shop_orders", "order", number, day=120, full_name="Carl Moore")
    early = town.add("1", "call_log", "call", {"phone": "+44 7700 900123"}, day=3)
    late = town.add("2", "call_log", "call", {"phone": "447700900123"}, day=119)
    night = Night(town, tmp_path)
    assert not same(night, old, new)
    assert same(night, old, early)
    assert same(night, new, late)


@pytest.mark.parametrize("named", [True, False])
def test_a_browser_with_two_logins_does_not_merge_them(named, tmp_path):
    town = Town()
    for number, (first, last) in enumerate([("Ann", "Lee"), ("Carl", "Lee")]):
        name = {"first_name": first, "last_name": last} if named else {}
        town.add(str(number), "shop_customers", "account", {"shop_customer_id": f"60{number}"}, **name)
    device = town.add("0", "web_events", "device", {
        "anonymous_id": "cookie", "shop_customer_id": "600", "shop_customer_id__2": "601", "email": "x@example.com",
    })  # fmt: skip
    night = Night(town, tmp_path)
    assert not same(night, "shop_customers:1", "shop_customers:2")
    assert same(night, "shop_customers:1", device)


def test_conflicting_birth_dates_and_generations_keep_apart(tmp_path):
    town = Town()
    shared = {"phone": "07700 900123"}
    town.add(
        "1", "loyalty_members", "card", shared, first_name="John", last_name="Fox", birth_date=datetime(1950, 3, 1)
    )
    town.add(
        "2", "loyalty_members", "card", shared, first_name="John", last_name="Fox", birth_date=datetime(1981, 7, 9)
    )
    town.add("3", "shop_orders", "order", {"email": "fox@example.com"}, full_name="Jim Fox Sr.")
    town.add("4", "shop_orders", "order", {"email": "fox@example.com"}, full_name="Jim Fox Jr.")
    night = Night(town, tmp_path)
    assert len(set(night.customer_of.values())) == 4


def test_swapped_day_and_month_is_one_person(tmp_path):
    town = Town()
    shared = {"phone": "07700 900123"}
    one = town.add("1", "loyalty_members", "card", shared, full_name="John Fox", birth_date=datetime(1950, 3, 11))
    two = town.add("1", "social_leads", "contact", shared, full_name="Fox John", birth_date=datetime(1950, 11, 3))
    assert same(Night(town, tmp_path), one, two)


def test_values_that_point_to_nobody_are_blocked_and_told(tmp_path):
    town = Town()
    for number in range(12):
        name = f"{'ABCDEFGHIJKL'[number]}lex {'QRSTUVWXYZAB'[number]}oss"
        town.add(
            str(number),
            "pos_receipts",
            "receipt",
            {"email": "till@shop.example", "phone": "0000000000"},
            full_name=name,
        )
    town.add("x", "pos_receipts", "receipt", {"email": "none@none.com"}, full_name="CASH CUSTOMER")
    night = Night(town, tmp_path)
    assert len(set(night.customer_of.values())) == 13
    blocked = {value: (reason, evidence) for _, value, reason, _, evidence in night.table("blocked_identifiers")}
    assert blocked["till@shop.example"][0] == "names of too many different people"
    assert '"initials": 12' in blocked["till@shop.example"][1]
    assert blocked["none@none.com"][0] == "mailbox name listed in the settings"
    assert night.summary.blocked_values == 3
    assert night.summary.anonymous_customers == 1


def test_an_oversized_cluster_goes_to_review_and_is_taken_apart(tmp_path):
    town = Town()
    for number in range(30):
        ids = {"email": "club@example.com", "loyalty_card": str(9000 + number % 3)}
        town.add("1", "pos_receipts", "receipt", ids, full_name="Ann Lee")
    settings = shipped().model_copy(update={"guards": shipped().guards.model_copy(update={"max_cluster_records": 20})})
    night = Night(town, tmp_path, settings=settings)
    assert night.summary.needs_review == 3
    assert night.summary.largest_cluster == 10


def test_a_device_or_a_bare_order_is_anonymous(tmp_path):
    town = Town()
    device = town.add("1", "web_events", "device", {"anonymous_id": "c", "order_id": "#1"})
    nothing = town.add("2", "pos_receipts", "receipt")
    known = town.add("3", "consent", "consent", {"email": "ann@example.com"})
    night = Night(town, tmp_path)
    anonymous = dict(night.engine.rows("select customer_id, is_anonymous from customers"))
    assert anonymous[night.customer_of[device]]
    assert anonymous[night.customer_of[nothing]]
    assert not anonymous[night.customer_of[known]]


def test_without_identifiers_the_model_learns_by_expectation_maximisation(tmp_path):
    town, source = Town(), build_town(300)
    born = {source.truth[r["record_id"]]: r["birth_date"] for r in source.records if r["birth_date"]}
    for record in source.records:
        person = source.truth[record["record_id"]]
        if record["record_kind"] in {"account", "card"}:
            content = {name: record[name] for name in ("first_name", "last_name", "street", "city", "postcode")}
            town.add(person, record["feed"], record["record_kind"], birth_date=born[person], **content)
    night = Night(town, tmp_path)
    assert night.summary.model == "trained"
    assert "expectation maximisation" in night.summary.model_reason
    precision, recall = pair_scores(night.customer_of, town.truth)
    assert precision >= 0.98
    assert recall >= 0.95
