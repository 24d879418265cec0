"""The generator's promises: same arguments, same bytes; formats; and a truth that follows from the files."""

from __future__ import annotations

import csv
import gzip
import importlib.util
import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from cdp.errors import UsageError
from cdp.sample import SampleSummary, generate
from cdp.sample.draws import Draws
from cdp.sample.phones import landline_numbers, mobile_numbers, written

_READER = Path(__file__).with_name("exports_read.py")
_spec = importlib.util.spec_from_file_location("exports_read", _READER)
assert _spec
assert _spec.loader
exports_read = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(exports_read)

COMMITTED = Path(__file__).parents[2] / "data" / "sample"


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> SampleSummary:
    return generate(300, 7, tmp_path_factory.mktemp("sample"))


@pytest.fixture(scope="module")
def identity(sample: SampleSummary) -> pd.DataFrame:
    return pd.read_csv(sample.truth / "truth_identity.csv", dtype=str)


@pytest.fixture(scope="module")
def owner(identity: pd.DataFrame) -> dict[tuple[str, str], dict[str, str]]:
    return {(r["feed"], r["source_record_id"]): r for r in identity.to_dict("records")}


def files_of(root: Path) -> dict[str, Path]:
    return {p.relative_to(root).as_posix(): p for p in sorted(root.rglob("*")) if p.is_file()}


def content(path: Path) -> object:
    """Bytes; of compressed files what is inside, since libraries may compress the same content differently."""
    data = path.read_bytes()
    if path.suffix == ".parquet":
        return pq.read_table(path).to_pylist()
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            return [(info.filename, info.date_time, archive.read(info)) for info in archive.infolist()]
    if path.suffix == ".gz" and "#2" not in path.name:
        assert data[4:8] == b"\0\0\0\0", "a time in the gzip header would make the file differ from run to run"
        return gzip.decompress(data)
    return None if path.suffix == ".gz" else data


def test_the_committed_sample_is_what_the_generator_makes(sample: SampleSummary) -> None:
    for part in ("inbox", "truth"):
        made, kept = files_of(sample.out / part), files_of(COMMITTED / part)
        assert made.keys() == kept.keys()
        assert [name for name in made if content(made[name]) != content(kept[name])] == []
    assert sum(p.stat().st_size for p in files_of(COMMITTED).values()) < 4_000_000


def test_same_arguments_give_the_same_bytes_and_replace_what_was_there(tmp_path: Path) -> None:
    generate(40, 3, tmp_path / "a", nights=3)
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "mine.txt").write_text("stays")
    generate(55, 4, tmp_path / "b")
    generate(40, 3, tmp_path / "b", nights=3)
    first, second = files_of(tmp_path / "a"), files_of(tmp_path / "b")
    assert second.pop("mine.txt").read_text() == "stays"
    assert {k: p.read_bytes() for k, p in first.items()} == {k: p.read_bytes() for k, p in second.items()}
    assert "inbox/night3/pos/pos_receipts_20260602.csv" in first


@pytest.mark.parametrize(("people", "seed", "nights"), [(0, 1, 2), (-5, 1, 2), (10, -1, 2), (10, 1, 0), (10, 1, 99)])
def test_wrong_arguments_are_refused(tmp_path: Path, people: int, seed: int, nights: int) -> None:
    with pytest.raises(UsageError) as refusal:
        generate(people, seed, tmp_path / "x", nights)
    assert refusal.value.hint
    assert not (tmp_path / "x").exists()


def test_a_file_in_the_way_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("")
    with pytest.raises(UsageError, match="is a file"):
        generate(10, 1, tmp_path / "x")


@pytest.mark.parametrize("people", [1, 2, 17])
def test_tiny_worlds_are_possible(tmp_path: Path, people: int) -> None:
    for seed in range(6):
        made = generate(people, seed, tmp_path)
        assert len(pd.read_parquet(made.truth / "truth_people.parquet")) == people


def test_purchases_and_returns_follow_from_the_files(sample: SampleSummary, owner: dict) -> None:
    found = exports_read.totals(exports_read.Reading(sample.out), owner)
    truth = pd.read_parquet(sample.truth / "truth_totals.parquet")
    for t in truth.to_dict("records"):
        mine = found[t["person_id"]]
        assert (mine["store"], mine["web"], mine["app"]) == (t["orders_store"], t["orders_web"], t["orders_app"]), t
        assert mine["gross"] == round(t["gross_revenue"] * 100), t
        assert mine["returned"] == round(t["returned_value"] * 100), t
        times = [f"{x:%Y-%m-%dT%H:%M:%S}" for x in sorted(mine["times"])] or [""]
        assert (times[0], times[-1]) == (t["first_purchase_at"], t["last_purchase_at"]), t


def test_consents_tickets_and_reservations_follow_from_the_files(sample: SampleSummary, owner: dict) -> None:
    read = exports_read.Reading(sample.out)
    said: dict[tuple[str, str], tuple[str, str]] = {}
    for row in read.table("consent/*.csv"):
        who = owner["consent", row["consent_id"]]["person_id"], row["channel"]
        said[who] = max(said.get(who, ("", "")), (row["captured_at"], row["status"]))
    people = pd.read_parquet(sample.truth / "truth_people.parquet").to_dict("records")
    holder = {p[column]: p["person_id"] for p in people for column in ("email", "email_before", "email_other")}
    for row in read.member("Unsubs.csv"):
        who = holder[row["EmailAddress"]], "email"
        said[who] = max(said.get(who, ("", "")), (exports_read.central(row["EventDate"]).isoformat(), "opt_out"))
    waiting: dict[str, set[str]] = {}
    for tap in sorted(read.documents("app/*#1.json.gz"), key=lambda tap: tap["time"]):
        person = owner["app_events", tap["device_id"]]["person_id"]
        kind, number = tap["event_type"], tap["event_properties"].get("reservation_id")
        if kind in ("Push Opt In", "Push Opt Out"):
            said[person, "push"] = ("", kind.lower().replace(" ", "_").removeprefix("push_"))
        elif kind == "Reservation Created":
            waiting.setdefault(person, set()).add(number)
        elif kind in ("Reservation Collected", "Reservation Cancelled", "Reservation Expired"):
            waiting[person].discard(number)
    tickets = {t["id"]: t for t in read.documents("support/zendesk*.json") if t.get("requester")}
    still_open = [t for t in tickets.values() if t["status"] in ("open", "pending")]
    waiting_for_us = [owner["support_tickets", str(t["id"])]["person_id"] for t in still_open]
    for t in pd.read_parquet(sample.truth / "truth_totals.parquet").to_dict("records"):
        for channel in ("email", "sms", "push"):
            answer = said.get((t["person_id"], channel), ("", ""))[1].removeprefix("opt_")
            assert answer == t[f"consent_{channel}"], (t["person_id"], channel)
        assert len(waiting.get(t["person_id"], ())) == t["reservations_waiting"], t
        assert waiting_for_us.count(t["person_id"]) == t["open_tickets"], t


def test_points_messages_and_prices_follow_from_the_files(sample: SampleSummary, owner: dict) -> None:
    read = exports_read.Reading(sample.out)
    balance: dict[str, int] = {}
    for number, row in {row["TXN_ID"]: row for row in read.table("loyalty/points_*.csv")}.items():
        person = owner["loyalty_members", row["CARD_NO"]]["person_id"]
        balance[person] = balance.get(person, 0) + int(row["POINTS"])
        assert int(row["POINTS"]) < 0 or row["TXN_TYPE"] in ("EARN", "OPENING"), number
    totals = pd.read_parquet(sample.truth / "truth_totals.parquet")
    assert {p: b for p, b in zip(totals.person_id, totals.loyalty_balance, strict=True) if b or p in balance} == balance
    truth = pd.read_csv(sample.truth / "truth_kpis.csv")
    told = {(row.kpi, row.dimension): row.value for row in truth.itertuples()}
    found = exports_read.measures(read)
    assert {key: value for key, value in told.items() if key in found} == found
    assert {kpi for kpi, _ in told.keys() - found.keys()} == {"campaign_revenue", "campaign_roi"}
    odd = pd.read_csv(sample.truth / "truth_price_inconsistencies.csv", dtype=str)
    assert exports_read.odd_prices(read) == set(zip(odd.sku, odd.odd_channel, odd.valid_from, strict=True))
    assert set(odd.current) == {"0", "1"}


def test_every_record_in_the_files_is_in_the_truth_and_the_other_way_round(
    sample: SampleSummary, identity: pd.DataFrame
) -> None:
    read = exports_read.Reading(sample.out)
    keys = {
        "pos_receipts": {f"{r['Store No']}-{r['Till']}-{r['Receipt No']}" for r in read.table("pos/*", "cp1252", ";")},
        "shop_orders": {r["Name"] for r in read.table("shop/orders*")},
        "shop_customers": {r["Customer ID"].strip("'") for r in read.table("shop/customers*")} - {"7197000000002"},
        "web_events": {r["anonymousId"] for r in read.documents("events/*")},
        "app_events": {r["device_id"] for r in read.documents("app/*#1*")},
        "social_leads": {r["id"] for r in read.table("social/lead*", "utf-16", "\t")},
        "social_interactions": {f"{r['Network']}:{r['Profile Handle']}" for r in read.table("social/inbox*")}
        - {"instagram:@nobody.lines"},
        "support_tickets": {str(r["id"]) for r in read.documents("support/zendesk*")} - {"9700001"},
        "call_log": {r["Call ID (internal)"] for r in read.table("support/call*")} - {"97000002"},
        "nps_survey": {r["Response ID"] for r in read.table("support/nps*")},
        "loyalty_members": {r["CARD_NO"] for r in read.table("loyalty/*")},
        "consent": {r["consent_id"] for r in read.table("consent/*")},
    }
    for feed, found in keys.items():
        assert found == set(identity.source_record_id[identity.feed == feed]), feed


def test_each_fault_stands_where_the_manifest_says(sample: SampleSummary) -> None:
    read = exports_read.Reading(sample.out)
    kinds = {entry["kind"] for entry in read.manifest}
    assert {"unterminated_quote", "invalid_json", "truncated_gzip", "replayed_file", "renamed_column"} <= kinds
    for entry in read.manifest:
        if not entry["line"]:
            continue
        path = sample.inbox / entry["file"]
        encoding = "cp1252" if "/pos/" in entry["file"] else "utf-16" if "lead_ads" in entry["file"] else "utf-8"
        line = dict(read.physical(path, encoding))[int(entry["line"])]
        key = entry["row_key"].split("-")[-1].split(":")[-1]
        assert key in line, entry
        assert bool(line) != (entry["kind"] == "blank_line"), entry


def test_night_two_brings_late_rows_corrections_and_replays(sample: SampleSummary) -> None:
    night1, night2 = sample.inbox / "night1", sample.inbox / "night2"
    old = (night1 / "support" / "nps_responses_2026-05-31.csv").read_bytes()
    assert (night2 / "support" / "nps_responses_2026-05-31.csv").read_bytes() == old
    with (night2 / "pos" / "pos_receipts_20260601.csv").open(encoding="cp1252", newline="") as f:
        rows = list(csv.DictReader(f, delimiter=";"))
    assert any(row["Date"] != "01/06/2026" and row["Last Changed"].startswith(row["Date"]) for row in rows), "late"
    corrected = [r for r in rows if r["Date"] != "01/06/2026" and not r["Last Changed"].startswith(r["Date"])]
    before = (night1 / "pos" / "pos_receipts_20260531.csv").read_text(encoding="cp1252", errors="replace")
    for row in corrected:
        start = ";".join(row[c] for c in ("Store No", "Till", "Receipt No", "Line", "Date"))
        assert start in before
    assert corrected
    with (night2 / "shop" / "orders_export_2.csv").open(encoding="utf-8", newline="") as f:
        again = [
            r["Name"] for r in csv.DictReader(f) if r["Created at"] < "2026-06-01" and r["Fulfilled at"] > "2026-06-01"
        ]
    assert again, "orders of earlier days, fulfilled only now"
    requests = (night2 / "privacy" / "erasure_requests.csv").read_text(encoding="utf-8").splitlines()
    assert len(requests) == 1 + 4
    with pytest.raises(EOFError):
        gzip.decompress((night2 / "app" / "518204_2026-06-01_23#2.json.gz").read_bytes())


def test_nobody_can_be_reached(sample: SampleSummary) -> None:
    placeholders = {"none@none.com", "test@test.com"}
    reserved = re.compile(r"(^|[@.])(example\.(com|org|net)|[a-z]+\.example)$")
    for path in files_of(sample.inbox).values():
        data = path.read_bytes()
        if path.suffix == ".gz":
            data = gzip.decompress(data) if "#2" not in path.name else b""
        if path.suffix == ".zip":
            with zipfile.ZipFile(path) as archive:
                data = b"".join(archive.read(info) for info in archive.infolist())
        text = data.decode(
            "utf-16" if "lead_ads" in path.name else "cp1252" if path.parent.name == "pos" else "utf-8", "ignore"
        )
        for email in set(re.findall(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", text)) - placeholders:
            assert reserved.search(email.lower().rstrip(".")), (path, email)
    people = pd.read_parquet(sample.truth / "truth_people.parquet")
    draws = Draws(0, "test")
    fictional = {
        n for pool in (mobile_numbers(draws), landline_numbers(draws)) for numbers in pool.values() for n in numbers
    }
    for column in ("mobile", "mobile_before", "landline"):
        assert set(people[column]) - {""} <= fictional


def test_phone_styles_keep_the_number() -> None:
    for number in (
        "+447700900123",
        "+442079460301",
        "+441134960222",
        "+4917139200017",
        "+493023125001",
        "+12065550123",
    ):
        national = re.sub(r"^\+(44|49|1)", "", number)
        assert written(number, 0) == number
        assert all(re.sub(r"\D", "", written(number, style)).endswith(national) for style in range(8)), number


def test_every_segment_and_kind_of_person_occurs(sample: SampleSummary) -> None:
    meta = json.loads((sample.truth / "truth_meta.json").read_text(encoding="utf-8"))
    assert sample.segments.keys() == meta["segments"].keys()
    assert meta["as_of"] == "2026-06-02T00:00:00Z"
    people = pd.read_parquet(sample.truth / "truth_people.parquet")
    flags = [
        "is_household",
        "is_twin",
        "is_jr_sr",
        "recycled_phone",
        "moved",
        "surname_changed",
        "shared_email",
        "non_ascii",
        "erased",
    ]
    assert people[flags].any().all()
    assert people.dob.between("1940-01-01", "2012-01-01").all()


def test_evidence_and_components_are_consistent(identity: pd.DataFrame) -> None:
    assert set(identity.evidence) == {"strong", "weak", "none", "placeholder", "anonymous"}
    assert (
        identity.person_id.str[0] == identity.evidence.map({"anonymous": "V", "placeholder": "W"}).fillna("P")
    ).all()
    sizes = identity.groupby(["person_id", "component"]).size().unstack(fill_value=0)
    assert (sizes["0"] == sizes.max(axis=1)).all(), "component 0 is the largest"
    assert identity.shared.eq("1").any()


def other_shop() -> Path:
    folder = os.environ.get("CDP_TRUTH_DIR")
    if not folder:
        pytest.skip("CDP_TRUTH_DIR is not set: no other shop's truth and scorer to compare with")
    return Path(folder) / "practice-shop"


def test_another_shops_scorer_accepts_this_truth(sample: SampleSummary, identity: pd.DataFrame, tmp_path: Path) -> None:
    scorer = other_shop() / "score.py"
    perfect = identity.assign(customer_id=identity.person_id)[["feed", "source_record_id", "customer_id"]]
    perfect.to_csv(tmp_path / "crosswalk.csv", index=False)
    segments = pd.read_csv(sample.truth / "truth_segments.csv", dtype=str).rename(columns={"person_id": "customer_id"})
    segments.to_csv(tmp_path / "segments.csv", index=False)
    totals = pd.read_parquet(sample.truth / "truth_totals.parquet").rename(columns={"person_id": "customer_id"})
    totals.to_csv(tmp_path / "totals.csv", index=False)
    asked = [sys.executable, str(scorer), "--pred", "crosswalk.csv", "--truth", str(sample.truth), "--json", "out.json",
             "--segments", "segments.csv", "--totals", "totals.csv"]  # fmt: skip
    subprocess.run(asked, cwd=tmp_path, check=True, capture_output=True)
    told = json.loads((tmp_path / "out.json").read_text())
    assert told["rows_not_in_truth"] == 0
    assert told["all_records"]["pairwise"]["f1"] == 1.0
    assert told["all_records"]["ceiling_recall"] > 0.9
    assert told["segments_macro_f1"] == 1.0
    assert {v["exact"] for v in told["totals"].values()} == {1.0}


def test_the_columns_are_those_of_the_other_shop(sample: SampleSummary) -> None:
    shop = other_shop()

    def header(root: Path, pattern: str) -> bytes:
        data = next(iter(sorted(root.glob(f"night1/{pattern}")))).read_bytes()
        return (gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data).split(b"\n")[0]

    patterns = (
        *("pos/*", "shop/orders*", "shop/customers*", "social/lead*", "social/inbox*", "support/call*", "support/nps*"),
        *("loyalty/members*", "consent/*", "reference/products*", "reference/stores*", "loyalty/points*"),
        *("marketing/sms*", "marketing/campaign_costs*", "reference/prices*"),
    )
    for pattern in patterns:
        assert header(sample.inbox, pattern) == header(shop, pattern), pattern
    extracts = [zipfile.ZipFile(next((root / "night1/marketing").glob("*.zip"))) for root in (sample.inbox, shop)]
    for member in extracts[1].namelist():
        ours, theirs = (extract.read(member).splitlines()[0] for extract in extracts)
        assert ours.strip() == theirs.strip(), member
    ours, theirs = (
        pq.read_schema(next((root / "night1/reference").glob("*.parquet"))) for root in (sample.inbox, shop)
    )
    assert ours.names == theirs.names
    for name in ("truth_people", "truth_totals"):
        theirs = pq.read_schema(shop / "truth" / f"{name}.parquet")
        for column in pq.read_schema(sample.truth / f"{name}.parquet"):
            same = theirs.field(column.name).type
            assert str(column.type).removeprefix("large_") == str(same).removeprefix("large_"), column


def test_the_summary_tells_what_was_written(sample: SampleSummary) -> None:
    assert sample.count_files == len(files_of(sample.out))
    assert sample.count_records > 2_000
