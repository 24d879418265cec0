"""Excel workbooks, written here and landed: every row of the sheet is accounted for under its own number."""

from __future__ import annotations

import datetime as dt
import io
import json
import zipfile

import openpyxl
import pytest

from cdp.contracts import Contract
from cdp.engines import open_engine
from cdp.ingest.discover import discover
from cdp.ingest.feed import Feed
from cdp.ingest.landing import Landing
from cdp.ingest.ledger import FileStatus
from cdp.ingest.reading import sheets
from cdp.ingest.retry import Outcome, retry_feed
from cdp.ingest.stage import History, land_inbox
from cdp.ingest.versions import SUPERSEDED_COLUMNS

CONTRACT = {
    "kind": "contract",
    "name": "sales",
    "description": "Sales.",
    "key": ["sale"],
    "properties": [
        {"name": "sale", "physicalName": "Sale No", "required": True},
        {"name": "sold_at", "physicalName": "Sold", "logicalType": "timestamp"},
        {"name": "amount", "physicalName": "Amount", "logicalType": "number"},
        {"name": "postcode", "physicalName": "Postcode"},
    ],
}
HEADER = ["Sale No", "Sold", "Amount", "Postcode"]
NOON = dt.datetime(2026, 5, 31, 12)


@pytest.fixture
def land(tmp_path):
    """Land a workbook (or bytes) under a contract; gives the ledger, refused rows and landed rows."""
    engine = open_engine("duckdb", threads=1)
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (tmp_path / "work").mkdir()
    engine.execute(f"create or replace temp table superseded_rows ({SUPERSEDED_COLUMNS})")
    landing = Landing(engine, dt.datetime(2026, 6, 2), "r1", tmp_path / "work", tmp_path / "landed")

    def landed(book, contract=CONTRACT, again=None, **form):
        path = inbox / "sales.xlsx"
        book.save(path) if isinstance(book, openpyxl.Workbook) else path.write_bytes(book)
        feed = Feed.model_validate(
            {"feed": "sales", "description": "d", "source": "till", "files": ["*.xlsx"], "contract": "sales",
             "tables": ["orders"], "form": {"type": "excel"} | form.get("form", {}),
             "skipLines": form.get("skip_lines")}
        )  # fmt: skip
        contracts = {"sales": Contract.model_validate(contract)}
        result = land_inbox(landing, discover(inbox, [feed]), {"sales": feed}, contracts, History())
        (ledger,) = result.ledgers
        ledger.balanced()
        paths = result.landed.get("sales", ())
        rows = []
        if paths:
            listed = ", ".join(f"'{path}'" for path in paths)
            rows = engine.rows(
                f"select * exclude (_file_id, _hash, _notes) from read_parquet([{listed}]) order by _row"
            )
        if again is None:
            return ledger, result.quarantined, rows
        return retry_feed(
            landing, feed, Contract.model_validate(again), result.quarantined, paths, {ledger.file_id: 1}
        ).retried

    yield landed
    engine.close()


def book_of(rows, title="Orders"):
    book = openpyxl.Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    return book


def test_cells_become_text_as_a_person_reads_them(land):
    book = book_of([HEADER, ["S1", NOON, 0.1 + 0.2, 5432], ["S2", None, 1_299, "LS1 4AB"], [4003, NOON, -9.5, True]])
    sheet = book.active
    sheet["B2"].number_format, sheet["D2"].number_format = "dd.mm.yyyy hh:mm", "00000"
    sheet["B4"] = dt.datetime(2026, 5, 30, 23, 59, 59, 999_900)
    ledger, refused, rows = land(book)
    assert ledger.status is FileStatus.loaded
    assert refused == ()
    assert [(row[0], str(row[1]), str(row[2]), row[3]) for row in rows] == [
        ("S1", "2026-05-31 12:00:00", "0.3000", "05432"),
        ("S2", "None", "1299.0000", "LS1 4AB"),
        ("4003", "2026-05-31 00:00:00", "-9.5000", "true"),
    ]


def test_refused_rows_carry_the_number_of_their_row_and_their_cells(land):
    book = book_of([["Sales of May"], [], HEADER, ["S1", NOON, 5, "x"], [], ["S2", "soon", 5, None], HEADER,
                    ["S3", NOON, 5, "x", "more"], ["S4", NOON, 5, "y"]])  # fmt: skip
    ledger, refused, rows = land(book)
    assert (ledger.rows_read, ledger.rows_accepted, ledger.rows_quarantined, ledger.lines_skipped) == (5, 2, 3, 1)
    assert [(row.line, row.reason_codes) for row in refused] == [
        (6, ("type:sold_at",)), (7, ("repeated_header",)), (8, ("too_many_columns",))
    ]  # fmt: skip
    assert json.loads(refused[0].raw) == {"Sale No": "S2", "Sold": "soon", "Amount": "5", "Postcode": None}
    assert json.loads(refused[2].raw)["column E"] == "more"
    assert [row[0] for row in rows] == ["S1", "S4"]


def test_failed_formulas_are_refused_or_emptied_as_the_contract_says(land):
    book = book_of([HEADER, ["S1", NOON, "#DIV/0!", "x"], ["S2", NOON, 5, "#REF!"], ["S3", NOON, 5, "ok"]])
    for cell in ("C2", "D3"):
        book.active[cell].data_type = "e"
    _, refused, rows = land(book)
    assert [(row.line, row.reason_codes) for row in refused] == [
        (2, ("type:amount",)), (3, ("rule:formula_postcode",))
    ]  # fmt: skip
    assert [row[0] for row in rows] == ["S3"]
    lenient = json.loads(json.dumps(CONTRACT))
    for column in lenient["properties"][2:]:
        column["onFail"] = {"type": "null"}
    assert [item.outcome for item in land(book, again=lenient)] == [Outcome.accepted, Outcome.accepted]


def test_what_is_no_record_stays_refused_when_it_is_tried_again(land):
    book = book_of([HEADER, ["S1", NOON, 5, "x"], ["S3", NOON, 5, "x", "more"]])
    assert [item.outcome for item in land(book, again=CONTRACT)] == [Outcome.refused]


def test_the_first_sheet_that_is_shown_is_read_unless_another_is_named(land):
    book = book_of([["secret"]], "Lists")
    book.active.sheet_state = "hidden"
    for name, sale in (("May", "S1"), ("June", "S2")):
        sheet = book.create_sheet(name)
        sheet.append(HEADER)
        sheet.append([sale, NOON, 5, "x"])
    ledger, _, rows = land(book)
    assert [row[0] for row in rows] == ["S1"]
    assert "sheet May was read; not read: June" in ledger.message
    ledger, _, rows = land(book, form={"sheet": "June"})
    assert [row[0] for row in rows] == ["S2"]
    assert "not read" not in ledger.message
    ledger, _, _ = land(book, form={"sheet": "July"})
    assert ledger.status is FileStatus.refused
    assert "has no sheet 'July'; its sheets are: Lists, May, June" in ledger.message


def test_totals_and_columns_without_a_name(land):
    book = book_of([[*HEADER, None, "Postcode"], ["S1", NOON, 5, "x", "loose", "y"], ["Total", None, 5]])
    ledger, _, _ = land(book)
    assert "columns 4 and 6 have the same header" in ledger.message
    book.active["F1"] = "Region"
    ledger, refused, _ = land(book, skip_lines="Total\t")
    assert (ledger.rows_read, ledger.lines_skipped, refused) == (1, 1, ())
    assert "column column E is not in the contract" in ledger.message


def test_a_missing_column_refuses_the_file_with_a_proposal(land):
    ledger, _, _ = land(book_of([["Sale No", "Sold", "Amount EUR", "Postcode"], ["S1", NOON, 5, "x"]]))
    assert ledger.status is FileStatus.refused
    assert 'cdp feed rename sales Amount "Amount EUR"' in ledger.message


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "encrypted, or a workbook of the old form"),
        (b"Sale No,Sold\nS1,now\n", "not readable as an Excel workbook"),
        (b"PK\x03\x04" + bytes(60), "not readable as an Excel workbook"),
    ],
)
def test_what_is_no_workbook_is_refused_with_words(land, content, why):
    ledger, _, _ = land(content)
    assert ledger.status is FileStatus.refused
    assert why in ledger.message


def test_broken_and_growing_workbooks_are_refused_with_words(land, tmp_path, monkeypatch):
    path = tmp_path / "whole.xlsx"
    book_of([HEADER, *([f"S{number}", NOON, number, "x"] for number in range(2000))]).save(path)
    broken = tmp_path / "broken.xlsx"
    with zipfile.ZipFile(path) as whole, zipfile.ZipFile(broken, "w") as archive:
        for name in whole.namelist():
            content = whole.read(name)
            archive.writestr(name, content[: len(content) // 2] if "sheet1" in name else content)
    ledger, _, rows = land(broken.read_bytes())
    assert (ledger.status, rows) == (FileStatus.refused, [])
    assert "not readable as an Excel workbook" in ledger.message
    monkeypatch.setattr(sheets, "UNPACKED_LIMIT", 1 << 12)
    ledger, _, _ = land(path.read_bytes())
    assert "when unpacked" in ledger.message


def test_a_sheet_without_rows_and_an_empty_one(land):
    ledger, _, _ = land(book_of([HEADER]))
    assert ledger.status is FileStatus.empty
    ledger, _, _ = land(book_of([]))
    assert "the sheet is empty" in ledger.message


def edited(book, *changes):
    """The bytes of a workbook, with texts of its sheet's document replaced."""
    whole, made = io.BytesIO(), io.BytesIO()
    book.save(whole)
    with zipfile.ZipFile(whole) as before, zipfile.ZipFile(made, "w") as after:
        for name in before.namelist():
            content = before.read(name).decode()
            for old, new in changes if name.endswith("sheet1.xml") else ():
                assert old in content
                content = content.replace(old, new)
            after.writestr(name, content)
    return made.getvalue()


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (('<row r="4"', '<row r="3"'), "row 3 comes after row 3"),
        (('<row r="4"', '<row r="2"'), "row 2 comes after row 3"),
        (('r="D4"', 'r="C4"'), "column 3 of row 4 comes after column 3"),
        (('r="D4"', 'r="A4"'), "column 1 of row 4 comes after column 3"),
    ],
)
def test_rows_and_cells_that_repeat_or_go_back_refuse_the_file(land, change, why):
    book = book_of([HEADER, *([f"S{number}", NOON, number, "x"] for number in range(3))])
    ledger, _, rows = land(edited(book, change))
    assert (ledger.status, rows) == (FileStatus.refused, [])
    assert why in ledger.message


def test_formulas_without_a_saved_value_are_refused_and_empty_results_are_empty(land):
    book = book_of([HEADER, ["S1", NOON, "=1+1", "x"], ["S2", NOON, 5, "=A2"], ["S3", NOON, 5, "=B2"]])
    _, refused, rows = land(edited(book, ('<c r="D4">', '<c r="D4" t="str">')))
    assert [(row.line, row.reason_codes) for row in refused] == [
        (2, ("type:amount",)), (3, ("rule:formula_postcode",))
    ]  # fmt: skip
    assert json.loads(refused[0].raw)["Amount"] == "#not calculated!"
    assert [(row[0], row[3]) for row in rows] == [("S3", None)]


def test_every_cell_that_is_an_error_is_refused(land):
    errors = ["#SPILL!", "#GETTING_DATA", "Err:522"]
    book = book_of([HEADER, *([f"S{place}", NOON, 5, error] for place, error in enumerate(errors))])
    for place in range(len(errors)):
        book.active.cell(place + 2, 4).data_type = "e"
    _, refused, rows = land(book)
    assert [row.reason_codes for row in refused] == [("rule:formula_postcode",)] * 3
    assert json.loads(refused[2].raw)["Postcode"] == "#UNKNOWN! Err:522"
    assert rows == []


def test_headers_may_differ_in_case_alone(land):
    contract = json.loads(json.dumps(CONTRACT))
    contract["properties"].append({"name": "words", "physicalName": "amount"})
    book = book_of([[*HEADER, "amount", "POSTCODE"], ["S1", NOON, 5, "x", "five", "a"], ["S2", "soon", 6, "x", "six"]])
    ledger, refused, rows = land(book, contract)
    assert "column POSTCODE is not in the contract" in ledger.message
    assert [(str(row[2]), row[4]) for row in rows] == [("5.0000", "five")]
    raw = json.loads(refused[0].raw)
    assert (raw["Amount"], raw["amount"], raw["POSTCODE"]) == ("6", "six", None)
    lenient = json.loads(json.dumps(contract))
    lenient["properties"][1]["onFail"] = {"type": "null"}
    assert [item.outcome for item in land(book, contract, again=lenient)] == [Outcome.accepted]


def test_cells_of_blanks_alone_are_empty(land):
    ledger, refused, rows = land(book_of([HEADER, ["S1", NOON, 5, "x", " "], ["  ", None, "\u00a0"]]))
    assert (ledger.rows_read, refused, len(rows)) == (1, (), 1)


def test_a_number_that_is_no_day_stays_as_it_was_delivered(land):
    book = book_of([HEADER, ["S1", 99_999_999, 5, "x"]])
    book.active["B2"].number_format = "yyyy-mm-dd"
    _, refused, _ = land(book)
    assert refused[0].reason_codes == ("type:sold_at",)
    assert json.loads(refused[0].raw)["Sold"] == "99999999"


def test_cells_merged_over_rows_are_told(land):
    book = book_of([["May"], [], HEADER, *([f"S{number}", NOON, 5, "x"] for number in range(3))])
    for name in ("A1:B2", "B4:B6", "C5:D5"):
        book.active.merge_cells(name)
    ledger, _, _ = land(book)
    assert "cells merged over several rows (B4:B6) hold their value in the first row alone" in ledger.message
