"""The feeds of the reference workspace, and a way to land inboxes and map them without a whole run."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from cdp.contracts import load_document
from cdp.contracts.model import Contract, TableContract
from cdp.engines import Engine, open_engine
from cdp.ingest.discover import discover
from cdp.ingest.feed import Feed
from cdp.ingest.landing import Landing
from cdp.ingest.ledger import FileLedger, QuarantinedRow
from cdp.ingest.mapping import FeedPlan, empty_table, load_mapping, map_feed, order_feeds
from cdp.ingest.stage import History, land_inbox
from cdp.ingest.versions import SUPERSEDED_COLUMNS

ROOT = Path(__file__).parents[2]
FEEDS = ROOT / "pipelines" / "feeds"
SAMPLE_NIGHTS = (("night1", datetime(2026, 6, 1)), ("night2", datetime(2026, 6, 2)))
SHOP_NIGHTS = (*SAMPLE_NIGHTS, ("night3", datetime(2026, 6, 3)))


def documents(pattern, model):
    """Every document that ``pattern`` finds, by name; a fault fails the test that asks."""
    found = {}
    for path in sorted(ROOT.glob(pattern)):
        document, faults = load_document(path, model)
        assert not faults, "\n".join(map(str, faults))
        found[path] = document
    return found


@dataclass(frozen=True)
class Feeds:
    """What the workspace says about its feeds."""

    feeds: dict[str, Feed]
    contracts: dict[str, Contract]
    tables: dict[str, TableContract]
    plans: tuple[FeedPlan, ...]

    @property
    def canonical(self):
        return {name: table for name, table in self.tables.items() if table.layer == "canonical"}


@dataclass(frozen=True)
class Landed:
    """What landing some nights gave; the engine holds every canonical table."""

    engine: Engine
    ledgers: tuple[FileLedger, ...]
    quarantined: tuple[QuarantinedRow, ...]
    counts: dict[tuple[str, str], int]


@pytest.fixture(scope="session")
def feeds():
    found = {feed.feed: feed for feed in documents("pipelines/feeds/*/feed.yaml", Feed).values()}
    contracts = {item.name: item for item in documents("schemas/exports/*.yaml", Contract).values()}
    tables = {item.name: item for item in documents("schemas/tables/*.yaml", TableContract).values()}
    plans = [
        FeedPlan(feed, contracts[feed.contract], tuple(load_mapping(feed, t, FEEDS / name) for t in feed.tables))
        for name, feed in found.items()
    ]
    return Feeds(found, contracts, tables, tuple(order_feeds(plans)))


def land_and_map(feeds, nights, folder):
    """Land ``nights`` (inbox, as_of) one after the other, then map all feeds."""
    engine = open_engine("duckdb", temp_dir=folder / "spill", memory_limit=None, threads=2)
    engine.execute(f"create temp table superseded_rows ({SUPERSEDED_COLUMNS})")
    workdir = folder / "work"
    workdir.mkdir()
    history, ledgers, quarantined = History(), [], []
    for inbox, as_of in nights:
        landing = Landing(engine, as_of, inbox.name, workdir, folder / "landed")
        result = land_inbox(landing, discover(inbox, feeds.feeds.values()), feeds.feeds, feeds.contracts, history)
        ledgers += result.ledgers
        quarantined += result.quarantined
        history = History(
            {**history.ledgers, **{(item.feed, item.file_id): item for item in result.ledgers if item.feed}},
            history.settled | {(item.feed, item.file_id, item.file) for item in result.ledgers},
            {
                name: (*history.landed.get(name, ()), *result.landed.get(name, ()))
                for name in history.landed.keys() | result.landed.keys()
            },
        )
    return Landed(engine, tuple(ledgers), tuple(quarantined), _mapped(engine, feeds, history, folder / "canonical"))


def _mapped(engine, feeds, history, folder):
    paths, counts = {}, {}
    for table, contract in feeds.canonical.items():
        engine.create_table(table, empty_table(contract))
    for plan in feeds.plans:
        name = plan.feed.feed
        made = map_feed(
            engine,
            plan,
            feeds.canonical,
            history.landed.get(name, ()),
            lambda table, feed: folder / table / f"{feed}.parquet",
        )
        for table, (path, rows) in made.items():
            paths.setdefault(table, []).append(path)
            counts[name, table] = rows
        for table in made:
            engine.read_parquet(table, paths[table])
        if name in feeds.canonical and name not in made:
            engine.create_table(name, empty_table(feeds.canonical[name]))
    return counts


@pytest.fixture(scope="session")
def sample(feeds, tmp_path_factory):
    inbox = ROOT / "data" / "sample" / "inbox"
    nights = [(inbox / name, as_of) for name, as_of in SAMPLE_NIGHTS]
    landed = land_and_map(feeds, nights, tmp_path_factory.mktemp("sample"))
    yield landed
    landed.engine.close()


@pytest.fixture
def land(feeds, tmp_path):
    """Land and map one inbox as of 1 June 2026."""
    landed = []

    def one(inbox):
        landed.append(land_and_map(feeds, [(inbox, datetime(2026, 6, 1))], tmp_path))
        return landed[-1]

    yield one
    for item in landed:
        item.engine.close()


@pytest.fixture(scope="session")
def shop_folder():
    truth = os.environ.get("CDP_TRUTH_DIR")
    if not truth:
        pytest.skip("CDP_TRUTH_DIR is not set: the practice shop is not here")
    return Path(truth) / "practice-shop"


@pytest.fixture(scope="session")
def shop(feeds, shop_folder, tmp_path_factory):
    nights = [(shop_folder / name, as_of) for name, as_of in SHOP_NIGHTS]
    landed = land_and_map(feeds, nights, tmp_path_factory.mktemp("shop"))
    yield landed
    landed.engine.close()


@pytest.fixture(scope="session")
def sql_code():
    """The text of a mapping without its comments."""
    return lambda text: re.sub(r"--[^\n]*", "", text)
