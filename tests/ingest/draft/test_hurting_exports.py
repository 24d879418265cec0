"""Exports that hurt whoever looks into them: very wide ones, deep ones, columns of one name, workbooks."""

from __future__ import annotations

import datetime as dt
import json

import openpyxl

from cdp.engines import open_engine
from cdp.ingest.draft import draft_feed
from cdp.ingest.draft.meanings import MOST_COLUMNS

PEOPLE = [{"customer_id": str(row + 7), "email": f"p{row}@example.com", "first_name": "Ann"} for row in range(6)]


def test_of_two_thousand_columns_those_that_say_something_are_listed(tmp_path):
    names = [*(f"attr_{number}" for number in range(2000)), *PEOPLE[0]]
    path = tmp_path / "wide.csv"
    rows = [",".join(["1"] * 2000 + list(person.values())) for person in PEOPLE]
    path.write_text("\n".join([",".join(names), *rows]) + "\n", encoding="utf-8")
    engine = open_engine("duckdb", threads=1)
    draft = draft_feed([path], engine, name="wide")
    engine.close()
    assert len(draft.columns) == MOST_COLUMNS
    assert [column.source for column in draft.columns[-3:]] == list(PEOPLE[0])
    assert any("1,703 of 2,003 columns are left out" in doubt for doubt in draft.doubts)


def test_documents_that_are_too_deep_to_look_into_stop_no_draft(drafts_of):
    deep = '{"customer_id":"99","email":"deep@example.com","first_name":"Bo","more":%s}'
    lines = [*map(json.dumps, PEOPLE), deep % ("[" * 100_000 + "]" * 100_000)]
    tried = drafts_of({"deep.jsonl": "\n".join(lines) + "\n"})["deep"]
    assert tried.identifiers("email") == {person["email"] for person in PEOPLE}
    assert len(tried.trial.refused) == 1


def test_columns_of_one_name_are_told_apart_by_their_order(drafts_of):
    rows = [f"{row['customer_id']},{row['email']},Ann,second{row['email']}" for row in PEOPLE]
    text = "\n".join(["customer_id,email,first_name,email", *rows]) + "\n"
    tried = drafts_of({"twice.csv": text})["twice"]
    assert "physicalName: 'email (2)'" in tried.contract()
    assert any("told apart by their order" in doubt for doubt in tried.draft.doubts)
    assert tried.identifiers("email") >= {row["email"] for row in PEOPLE}


def test_a_workbook_becomes_a_feed_like_any_export(draft_of_file, tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "Orders"
    book.create_sheet("Notes").append(["nothing"])
    header = ["Order number", "Ordered at", "E-mail", "Postcode", "Total", "Margin"]
    for row in (["Orders of May"], [], header):
        book.active.append(row)
    for number in range(1, 6):
        book.active.append(
            [1000 + number, dt.datetime(2026, 5, number, 9), f"p{number}@example.com", 1000 + number, 9.95, "#N/A"]
        )
        book.active.cell(number + 3, 4).number_format = "00000"
        book.active.cell(number + 3, 6).data_type = "e"
    book.active.append(["Total", None, None, None, 49.75])
    book.save(tmp_path / "orders.xlsx")
    tried = draft_of_file(tmp_path / "orders.xlsx", currency="EUR")
    assert "sheet: Orders" in tried.draft.files["pipelines/feeds/orders/feed.yaml"]
    assert any("the sheet Orders is read, and not Notes" in doubt for doubt in tried.draft.doubts)
    assert tried.trial.refused == ()
    assert tried.trial.ledgers[0].lines_skipped == 2
    assert {row["postcode"] for row in tried.rows("identity_records")} == {f"0100{number}" for number in range(1, 6)}
    assert min(str(row["ordered_at"]) for row in tried.rows("orders")) == "2026-05-01 09:00:00"
