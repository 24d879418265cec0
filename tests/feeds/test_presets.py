"""Every preset against its own sample: the canonical rows that stand in its expected/*.csv, no more and no less."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import datetime
from pathlib import PurePosixPath

import pytest

from cdp.engines import open_engine
from cdp.ingest.discover import discover
from cdp.ingest.draft.trial import try_feed
from cdp.workspace import check_workspace
from cdp.workspace.feeds import place_feed, presets, rendered
from cdp.workspace.init import init_workspace

PRESETS = presets(None)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    """An empty workspace to which every preset was added."""
    root = init_workspace(tmp_path_factory.mktemp("presets") / "workspace", empty=True)
    for preset in PRESETS.values():
        place_feed(root, preset.settings.feed, rendered(preset), force=False)
    loaded, faults = check_workspace(root)
    assert faults == []
    return loaded


@pytest.fixture(scope="module")
def engine():
    engine = open_engine("duckdb", threads=1)
    yield engine
    engine.close()


def expected(folder):
    """Rows by table, as text; columns that the file does not name are empty, but for the feed's name."""
    texts = {path.stem: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.csv"))}
    return {table: list(csv.DictReader(io.StringIO(text, newline=""))) for table, text in texts.items()}


def in_order(rows):
    return sorted(sorted(row.items()) for row in rows)


def told(value):
    return "" if value is None else str(value)


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_makes_the_expected_rows_of_its_sample(name, workspace, engine):
    preset = PRESETS[name]
    (plan,) = [plan for plan in workspace.plans if plan.feed.feed == preset.settings.feed]
    samples = sorted((preset.folder / "sample").iterdir())
    trial = try_feed(engine, plan, workspace.canonical(), samples, as_of=datetime(2026, 6, 2), shown=10_000)
    assert [row.raw for row in trial.refused] == []
    assert trial.warnings == ()
    wanted = expected(preset.folder / "expected")
    assert {table.name for table in trial.tables if table.count} == set(wanted)
    for table in trial.tables:
        named = set(wanted[table.name][0])
        found = [
            {column: told(value) for column, value in zip(table.columns, row, strict=True) if column != "feed"}
            for row in table.rows
        ]
        assert {column for row in found for column, value in row.items() if value} <= named
        rows = [{column: row[column] for column in named} for row in found]
        assert in_order(rows) == in_order(wanted[table.name])


@pytest.mark.parametrize("name", PRESETS)
def test_the_globs_of_a_preset_catch_its_sample(name, workspace):
    feed = workspace.feeds[PRESETS[name].settings.feed]
    for path in (PRESETS[name].folder / "sample").iterdir():
        assert any(path.match(glob) for glob in feed.files), path.name


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("shopify-orders", "shop/orders_export_2.csv"),
        ("square-transactions", "items-2026-05-01-2026-06-01.csv"),
        ("meta-leads", "Spring form_Leads_2026-05-01_2026-05-31.csv"),
        ("meta-leads", "leads_1234567890_2026-05-31.xls"),
        ("hubspot-contacts", "hubspot-crm-exports-newsletter-readers-2026-05-31.csv"),
        ("mailchimp-audience", "subscribed_email_audience_export_8f2c1a.csv"),
        ("ga4-events", "bq-results-20260531-101500-1780222500000.json"),
        ("ga4-events", "events_20260528-000000000003.json.gz"),
        ("segment-events", "segment-logs/aBcD/1780000000000/1780000123.ab12.gz"),
        ("segment-events", "rudder-logs/aBcD/05-28-2026/1780000123.aBcD.uuid.json.gz"),
        ("klaviyo-profiles", "klaviyo/Newsletter.csv"),
        ("amplitude-events", "518204_2026-05-28_8#0.json.gz"),
        ("lightspeed-sales", "vend-sales-history-2026-05.csv"),
    ],
)
def test_the_globs_of_a_preset_catch_what_vendors_call_their_files(name, file, workspace):
    feed = workspace.feeds[PRESETS[name].settings.feed]
    assert any(PurePosixPath(file).match(glob) for glob in feed.files)


def test_an_audience_is_read_from_the_zip_in_which_mailchimp_packs_it(tmp_path, workspace):
    with zipfile.ZipFile(tmp_path / "audience_export_8f2c1a.zip", "w") as archive:
        for path in (PRESETS["mailchimp-audience"].folder / "sample").iterdir():
            archive.write(path, path.name)
        archive.writestr("nonsubscribed_email_audience_export_8f2c1a.csv", "Email Address\n")
        archive.writestr("readme.txt", "-")
    found = {item.member: item.feed for item in discover(tmp_path, [workspace.feeds["mailchimp_audience"]])}
    assert found.pop("readme.txt") is None
    assert len(found) == 4
    assert set(found.values()) == {"mailchimp_audience"}


def test_options_replace_words_in_every_file():
    texts = rendered(
        PRESETS["square-transactions"], name="tills", zone="Europe/Paris", currency="CHF", globs=("a/*.csv",)
    )
    assert {path.split("/")[2].removesuffix(".yaml") for path in texts} == {"tills"}
    everything = "\n".join(texts.values())
    assert "square_transactions" not in everything
    assert "else 'Europe/Paris' end" in everything
    assert "'CHF' as currency" in everything
    assert "files:\n  - 'a/*.csv'\nform" in texts["pipelines/feeds/tills/feed.yaml"]


def test_presets_are_no_feeds_until_they_are_added(tmp_path):
    loaded, faults = check_workspace(init_workspace(tmp_path / "workspace", empty=True), compiled=False)
    assert faults == []
    assert loaded.feeds == {}
    assert len(PRESETS) >= 15
