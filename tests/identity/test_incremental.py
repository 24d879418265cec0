"""A night that compares only what changed gives exactly what a full run gives, however the records arrive."""

from __future__ import annotations

import shutil
from collections import defaultdict
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from identity.test_resolve import shipped
from identity.town import Town, build_town

from cdp.engines import open_engine
from cdp.identity import PreviousIdentity, resolve
from cdp.identity.incremental.carry import CHANGES
from cdp.identity.incremental.state import CARRIED, STATE_TABLES
from cdp.identity.incremental.verify import COMPARED
from cdp.identity.rulings import COLUMNS

FIRST_NIGHT = datetime(2026, 6, 1)
STATE_COMPARED = (
    "identity_state_records",
    "identity_state_values",
    "identity_state_representatives",
    "identity_state_blocks",
)


def crowded_town() -> Town:
    """A town with what makes identity hard: shared and recycled values, browsers of several people, namesakes."""
    town = build_town(130, seed=5)
    for number in range(14):
        name = f"{'ABCDEFGHIJKLMN'[number]}lma {'QRSTUVWXYZABCD'[number]}ossley"
        town.add(f"club{number}", "shop_orders", "order", {"email": "club@example.com"}, day=number, full_name=name)
    for number in range(20):
        shared = {"email": f"home{number}@example.org", "phone": f"020 7946 0{number:03d}"}
        for first in ("Ann", "Robert")[: 1 + number % 2]:
            town.add(f"{first}{number}", "shop_customers", "account", shared, first_name=first, last_name=f"Le{number}")
        town.add(f"Ann{number}", "shop_orders", "order", shared, day=number, full_name=f"A. Le{number}")
        town.add(f"Ann{number}", "call_log", "call", {"phone": shared["phone"]}, day=number)
        login = {"anonymous_id": f"kiosk{number}", "shop_customer_id": f"60{number:07d}"}
        town.add("?", "web_events", "device", login | {"shop_customer_id__2": f"60{number + 1:07d}"})
    for number in range(12):
        phone = {"phone": f"07700 901{number:03d}"}
        town.add(f"old{number}", "shop_orders", "order", phone, day=0, full_name=f"Carla Mo{number}re")
        town.add(f"new{number}", "shop_orders", "order", phone, day=150, full_name=f"Peter Fo{number}x")
        town.add("?", "call_log", "call", phone, day=20 + 10 * number)
    return town


class Arrivals:
    """The records of a town, delivered over some nights: late, corrected, withdrawn; and decisions on the way."""

    def __init__(self, town: Town, seed: int, nights: int) -> None:
        self.records, self.identifiers = town.frames()
        random = np.random.default_rng(seed)
        ids = self.records["record_id"].to_numpy()
        self.arrives = pd.Series(np.where(random.random(len(ids)) < 0.97, 0, random.integers(1, nights, len(ids))), ids)
        self.corrected = pd.Series(
            np.where(random.random(len(ids)) < 0.015, random.integers(1, nights, len(ids)), 0), ids
        )
        self.withdrawn = pd.Series(
            np.where(random.random(len(ids)) < 0.01, random.integers(1, nights, len(ids)), 99), ids
        )
        pairs = random.choice(ids, (4, 2), replace=False)
        kinds = ("must_link", "never_link", "must_link", "never_link")
        self.decisions = [
            (number + 1, kind, left, right, None, None, "anna", "")
            for number, (kind, (left, right)) in enumerate(zip(kinds, pairs, strict=True))
        ]
        self.decisions.append((9, "block", None, None, "email", "home3@example.org", "anna", "a shop's own"))
        self.decided = random.integers(0, nights, len(self.decisions))

    def given(self, night: int) -> tuple[pd.DataFrame, pd.DataFrame]:
        here = self.records["record_id"].map((self.arrives <= night) & (self.withdrawn > night))
        records = self.records[here].copy()
        old = records["record_id"].map(self.corrected > night).to_numpy()
        records.loc[old, "street"] = "1 Former Lane"
        records.loc[old & records["first_name"].notna().to_numpy(), "last_name"] = "Formerly"
        identifiers = self.identifiers[self.identifiers["record_id"].isin(records["record_id"])]
        lost = identifiers["record_id"].map(self.corrected > night).to_numpy() & (np.arange(len(identifiers)) % 2 == 0)
        return records, identifiers[~lost]

    def ruled(self, night: int) -> pd.DataFrame:
        rows = [row for row, since in zip(self.decisions, self.decided, strict=True) if since <= night]
        kinds = {name: "int64" if name == "decision_id" else "string" for name in COLUMNS}
        return pd.DataFrame(rows, columns=list(COLUMNS)).astype(kinds)


def solve(arrivals, night, folder, model, before=None, *, incremental=True, seed=0, threads=2, settings=None):
    """One night; returns its summary and tables as frames."""
    engine = open_engine("duckdb", temp_dir=folder, threads=threads)
    for name, frame in zip(("identity_records", "record_identifiers"), arrivals.given(night), strict=True):
        engine.register(name, frame.sample(frac=1, random_state=seed))
    for name, frame in (before or {}).items():
        engine.register(f"prev_{name}", frame)
    summary = resolve(
        engine,
        settings or shipped(),
        as_of=FIRST_NIGHT + timedelta(days=night),
        run_id=f"run{night}",
        model_path=model,
        previous=PreviousIdentity() if before else None,
        decisions=arrivals.ruled(night),
        incremental=incremental,
    )
    tables = {
        name: engine.frame(f"select * from {name}") for name in dict.fromkeys((*CARRIED, *STATE_TABLES, *COMPARED))
    }
    if before and not summary.full_reason:
        for name, change in CHANGES.items():
            stayed = engine.frame(f"select * from prev_{name} where not ({change.gone})")
            parts = rows(stayed) + rows(engine.frame(f"select * from {change.fresh}"))
            assert sorted(parts) == rows(tables[name]), f"the change of {name}"
    engine.close()
    return summary, tables


def rows(frame):
    listed = frame[sorted(frame.columns)].astype(object).fillna("").astype(str)
    return sorted(map(tuple, listed.to_numpy()))


def partition(tables):
    groups = defaultdict(set)
    for record, customer in tables["identity_map"][["record_id", "customer_id"]].itertuples(index=False):
        groups[customer].add(record)
    return {frozenset(group) for group in groups.values()}


@pytest.fixture(scope="module")
def town():
    return crowded_town()


@pytest.fixture(scope="module")
def model(town, tmp_path_factory):
    """One model for all nights, trained on the whole town."""
    path = tmp_path_factory.mktemp("model") / "model.json"
    summary, _ = solve(Arrivals(town, 0, 2), 1, path.parent, path)
    assert summary.model == "trained"
    return path


@pytest.mark.parametrize("seed", [1, 2])
def test_nights_in_any_split_and_order_give_what_one_full_run_gives(town, model, seed, tmp_path):
    arrivals, before, went = Arrivals(town, seed, 3), None, []
    for night in range(3):
        _, whole = solve(arrivals, night, tmp_path, model, before, incremental=False)
        summary, before = solve(arrivals, night, tmp_path, model, before, seed=night, threads=1)
        went.append(summary)
        for name in (*COMPARED, *STATE_COMPARED):
            assert rows(before[name]) == rows(whole[name]), f"{name} on night {night}"
    assert [one.full_reason for one in went] == ["nothing is kept to go on from", "", ""]
    assert all(one.continuity_untouched == 1.0 for one in went[1:])
    assert sum(one.merged for one in went) > 0
    assert sum(one.split for one in went) > 0
    _, at_once = solve(arrivals, 2, tmp_path, model)
    assert partition(before) == partition(at_once)


@pytest.fixture(scope="module")
def quiet(town, model, tmp_path_factory):
    """Arrivals that all come on the first night, and what that night left."""
    arrivals = Arrivals(town, 3, 2)
    arrivals.arrives[:], arrivals.corrected[:], arrivals.withdrawn[:], arrivals.decided[:] = 0, 0, 99, 0
    _, before = solve(arrivals, 0, tmp_path_factory.mktemp("quiet"), model)
    return arrivals, before


def test_a_night_without_news_touches_nothing(quiet, model, tmp_path):
    arrivals, before = quiet
    summary, after = solve(arrivals, 1, tmp_path, model, before)
    assert (summary.full_reason, summary.touched_records, summary.minted) == ("", 0, 0)
    for name in COMPARED:
        assert rows(after[name]) == rows(before[name]), name


def test_a_value_that_crosses_its_limit_touches_all_who_carry_it(town, model, tmp_path):
    arrivals = Arrivals(town, 4, 2)
    club = arrivals.records["record_id"].isin(
        arrivals.identifiers.query("identifier_value == 'club@example.com'").record_id
    )
    arrivals.arrives[:], arrivals.corrected[:], arrivals.withdrawn[:] = 0, 0, 99
    late = arrivals.records.loc[club, "record_id"].to_numpy()[3:]
    arrivals.arrives[late] = 1
    _, before = solve(arrivals, 0, tmp_path, model)
    summary, after = solve(arrivals, 1, tmp_path, model, before)
    assert summary.full_reason == ""
    assert "club@example.com" not in set(before["blocked_identifiers"]["identifier_value"])
    assert "club@example.com" in set(after["blocked_identifiers"]["identifier_value"])
    usable = after["usable_identifiers"]
    assert "club@example.com" not in set(usable["identifier_value"])


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("settings", "the identity settings changed"),
        ("model", "the model was replaced"),
    ],
)
def test_a_full_run_is_made_when_nights_do_not_compare(quiet, model, change, reason, tmp_path):
    arrivals, before = quiet
    settings, used = shipped(), tmp_path / "model.json"
    shutil.copyfile(model, used)
    if change == "settings":
        settings = settings.model_copy(update={"blocked_email_users": ["office"]})
    elif change == "model":
        used.write_text(used.read_text().replace('"learned_from": "', '"learned_from": "again '))
    summary, _ = solve(arrivals, 0, tmp_path, used, before, settings=settings)
    assert summary.full_reason.startswith(reason)
    assert summary.continuity_untouched is None
