"""Every row of the dirt manifest has its expected outcome, read off what the nights published."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pandas as pd
import pytest

import cdp


@dataclass(frozen=True)
class Nights:
    """The manifest, and what became of the files and rows it names."""

    manifest: pd.DataFrame
    files: dict[str, pd.Series]
    refused: set[tuple[str, str]]
    published: cdp.Published

    def planted(self, expected, *, rows=True):
        found = self.manifest[self.manifest.expected == expected]
        return found[(found.line != "") == rows]

    def one(self, sql, key):
        """The only row that ``sql`` gives for a key."""
        [row] = self.published.query(sql.replace("?", "'" + key.replace("'", "''") + "'")).to_dict("records")
        return row


@pytest.fixture(scope="module")
def nights(shop):
    manifest = pd.read_csv(shop.source / "truth" / "dirt_manifest.csv", dtype=str).fillna("")
    with cdp.open(shop.workspace) as published:
        files = published.query("select * from source_files where feed is not null")
        refused = published.query("select file, line::varchar as line from quarantine_rows")
        yield Nights(
            manifest,
            {row["file"]: row for _, row in files.iterrows()},
            set(zip(refused.file, refused.line, strict=True)),
            published,
        )


def test_every_planted_file_was_met(nights):
    assert set(nights.manifest.file) <= nights.files.keys()


def test_rejects_are_refused_alone(nights):
    planted = nights.planted("reject")
    assert len(planted) >= 40
    assert set(zip(planted.file, planted.line, strict=True)) <= nights.refused
    named = set(zip(nights.manifest.file, nights.manifest.line, strict=True))
    cut_off = {row.file for row in nights.manifest.itertuples() if row.kind == "truncated_gzip"}
    assert {place for place in nights.refused - named if place[0] not in cut_off} == set()


def test_rows_whose_value_is_dropped_are_there_without_it(nights):
    planted = nights.planted("accept_null")
    assert not set(zip(planted.file, planted.line, strict=True)) & nights.refused
    for row in planted.itertuples():
        if row.feed == "loyalty_members":
            got = nights.one(
                "select birth_date from identity_records where record_id = 'loyalty_members:' || ?", row.row_key
            )
            assert pd.isna(got["birth_date"]), row
        elif row.feed == "call_log":
            got = nights.one("select properties from touchpoints where touchpoint_id = 'call_log:' || ?", row.row_key)
            assert json.loads(got["properties"])["duration"] is None, row
        elif row.feed == "support_tickets":
            nights.one("select * from tickets where record_id = 'support_tickets:' || ?", row.row_key)
        else:
            assert (row.feed, row.kind) == ("shop_customers", "bad_email")
            sql = "select customer_id from identity_map where record_id = 'shop_customers:' || ?"
            customer = nights.one(sql, row.row_key)["customer_id"]
            mails = nights.published.query(
                f"select * from identifiers where identifier_type = 'email' and customer_id = '{customer}'"
            )
            assert mails.empty, row


def test_placeholders_name_nobody(nights):
    planted = nights.planted("accept_null", rows=False)
    planted = planted[planted.kind == "placeholder"]
    assert len(planted) > 100
    kinds = {"mail": "email", "phone": "phone", "card": "loyalty_card"}
    for note, rows in planted.groupby("note"):
        what, value = note.split(" = ")
        if what == "name":
            sql = f"select * from profiles where lower(full_name) = lower('{value}')"
        else:
            sql = f"select * from identifiers where identifier_type = '{kinds[what]}' and identifier_value = '{value}'"
        assert nights.published.query(sql).empty, note
        keys = ", ".join(f"'{key}'" for key in rows.row_key)
        found = nights.published.query(f"select count(*) as n from identity_map where source_id in ({keys})").n[0]
        assert found == rows.row_key.nunique(), note


def test_a_file_without_a_column_is_taken(nights):
    for row in nights.planted("accept_null", rows=False).query("kind == 'missing_column'").itertuples():
        assert nights.files[row.file].status in {"loaded", "empty"}, row


def test_what_is_to_be_told_is_told(nights):
    for row in nights.planted("warn").itertuples():
        message = nights.files[row.file].message
        named = f"line {row.line})" in message or "first at line" in message
        assert named or (row.file, row.line) in nights.refused, f"{row.file}:{row.line} {row.kind}: {message}"
    for row in nights.planted("warn", rows=False).itertuples():
        assert row.kind in nights.files[row.file].message, row


def test_what_lies_in_the_future_counts_nowhere(nights):
    future = nights.manifest.query("kind == 'future_timestamp' and expected == 'warn'")
    assert not future.empty
    for row in future.itertuples():
        sql = (
            "select count(*) as n from touchpoints, (select max(as_of) as as_of from runs) "
            "where touchpoint_id like ? || '%' and occurred_at < as_of"
        )
        assert nights.one(sql, f"{row.feed}:{row.row_key}")["n"] == 0, row


def test_copies_are_counted_and_loaded_once(nights):
    planted = nights.planted("dedupe")
    assert not set(zip(planted.file, planted.line, strict=True)) & nights.refused
    for file, rows in planted.groupby("file"):
        assert nights.files[file].rows_duplicate >= len(rows), file
    keys = ", ".join(f"'{key}'" for key in planted[planted.feed == "loyalty_ledger"].row_key)
    ledger = nights.published.query(
        f"select entry_id from loyalty_ledger where split_part(entry_id, ':', 2) in ({keys})"
    )
    assert ledger.entry_id.is_unique
    assert len(ledger) == planted[planted.feed == "loyalty_ledger"].row_key.nunique()


def test_replayed_files_change_nothing(nights):
    planted = nights.planted("dedupe", rows=False)
    assert not planted.empty
    for row in planted.itertuples():
        file = nights.files[row.file]
        assert (file.status, file.rows_accepted, file.rows_duplicate) == ("replayed", 0, file.rows_read), row


def test_columns_under_another_name_or_in_another_order_are_loaded_or_refused_loudly(nights):
    planted = nights.planted("map", rows=False)
    assert not planted.empty
    for row in planted.itertuples():
        file = nights.files[row.file]
        assert file.status == "loaded" or (file.status == "refused" and file.message), row
        if row.kind == "renamed_column" and file.status == "loaded":
            assert " came as " in file.message


def test_what_is_to_be_ignored_is_neither_refused_nor_lost(nights):
    planted = nights.planted("ignore")
    assert not set(zip(planted.file, planted.line, strict=True)) & nights.refused
    for row in nights.planted("ignore", rows=False).itertuples():
        file = nights.files[row.file]
        wanted = "loaded" if row.kind == "extra_column" else "empty"
        assert (file.status, file.rows_quarantined) == (wanted, 0), row


def test_the_scorer_agrees(nights, shop, tmp_path):
    rejects = nights.published.query("select file, line from quarantine_rows")
    report = shop.score(tmp_path, pred=shop.crosswalk(), rejects=rejects)["rejects"]
    assert report["reject"]["in_rejects"] == report["reject"]["rows"]
    assert report["accept_null"]["in_rejects"] == report["dedupe"]["in_rejects"] == report["ignore"]["in_rejects"] == 0
