"""How values are written, told from the values."""

from __future__ import annotations

import pytest

from cdp.contracts.model import Property
from cdp.engines import open_engine
from cdp.ingest.checks import typed
from cdp.ingest.draft import draft_feed
from cdp.ingest.draft.shapes import shape_of
from cdp.ingest.draft.times import written_time, zones_of


@pytest.fixture(scope="module")
def engine():
    engine = open_engine("duckdb", threads=1)
    yield engine
    engine.close()


@pytest.mark.parametrize(
    ("values", "instant"),
    [
        (["2026-05-30T14:03:22.000+0000", "2026-05-31T00:00:00.000+0000"], "2026-05-30 14:03:22"),
        (["2026-05-30 14:03:22 +0100", "2026-01-30 14:03:22 +0000"], "2026-05-30 13:03:22"),
        (["5/30/2026 2:03 PM", "12/1/2026 11:59 AM"], "2026-05-30 14:03:00"),
        (["30.5.2026 14:03", "1.12.2026 9:05"], "2026-05-30 14:03:00"),
        (["30/05/26 14:03:22", "01/06/26 00:00:01"], "2026-05-30 14:03:22"),
        (["May 30, 2026 02:03 PM", "Jun 1, 2026 12:00 AM"], "2026-05-30 14:03:00"),
        (["30 May 2026 14:03", "1 June 2026 00:01"], None),
        (["Sat, 30 May 2026 14:03:22 +0000", "Mon, 01 Jun 2026 00:00:00 +0200"], "2026-05-30 14:03:22"),
        (["2026/05/30 14:03", "2026/06/01 00:00"], "2026-05-30 14:03:00"),
        (["2026-05-30 14:03:22 UTC", "2026-05-31 00:00:00 UTC"], "2026-05-30 14:03:22"),
    ],
)
def test_a_drafted_pattern_reads_its_values(engine, values, instant):
    shape = shape_of(values, is_time=True)
    assert shape.kind == "timestamp"
    options = {"format": shape.written.formats} if shape.written.formats else {}
    column = {"name": "at_time", "logicalType": "timestamp", "logicalTypeOptions": options, "timeZone": "UTC"}
    sql = typed(Property.model_validate(column))
    rows = engine.rows(f"select {sql} from (select unnest($values) as at_time)", {"values": values})
    assert all(found is not None for (found,) in rows)
    assert instant is None or str(rows[0][0]) == instant


@pytest.mark.parametrize(
    ("values", "kind", "detail"),
    [
        (["$1,234.50", "-$3.00", "($2.00)"], "number", (".", "USD", True)),
        (["1.234,50 €", "-12,00 €"], "number", (",", "EUR", True)),
        (["12,5", "1.000,00", "3"], "number", (",", "", True)),
        (["12.50", "-3", "0.1"], "number", (".", "", False)),
        (["0123", "0456"], "string", (".", "", False)),
        (["12", "-3"], "integer", (".", "", False)),
        (["SW1A 1AA", "EH1 1YZ"], "string", (".", "", False)),
        (["192.168.0.1", "10.0.0.2"], "string", (".", "", False)),
    ],
)
def test_numbers_and_money_are_told_from_codes(values, kind, detail):
    shape = shape_of(values)
    assert shape.kind == kind
    assert (shape.decimal, shape.currency, shape.is_money) == detail


def test_unix_times_are_known_by_their_length_and_name():
    assert shape_of(["1779955200", "1779995200"], is_time=True).epoch == "seconds"
    assert shape_of(["1779955200123", "1779995200123"], is_time=True).epoch == "milliseconds"
    assert shape_of(["1779955200123456", "1779995200123456"], is_time=True).epoch == "microseconds"
    assert shape_of(["1779955200", "1779995200"]).kind == "integer"


def test_day_and_month_are_told_apart_by_a_value_above_twelve():
    assert written_time(["03/04/2026", "25/04/2026"]).formats == ("%d/%m/%Y",)
    assert written_time(["03/04/2026", "04/25/2026"]).formats == ("%m/%d/%Y",)
    unsure = written_time(["03/04/2026", "04/05/2026"], month_first=True)
    assert unsure.formats == ("%m/%d/%Y",)
    assert "month first" in unsure.doubt


def test_zones_are_known_however_they_are_written():
    found = zones_of(["Eastern Time (US & Canada)", "PST", "Europe/London"])
    assert found == {
        "Eastern Time (US & Canada)": "America/New_York",
        "PST": "America/Los_Angeles",
        "Europe/London": "Europe/London",
    }
    assert zones_of(["Leeds", "York"]) is None


def test_a_mark_before_every_value_is_taken_off():
    assert shape_of(["l:480", "l:481"]).prefix == "l:"
    assert shape_of(["'0048", "0123"], is_code=True).prefix == "'"


def test_a_card_for_strangers_is_nobody():
    assert shape_of(["K-12", "WALKIN", "K-13"], is_code=True).nothing == ("WALKIN",)
    assert shape_of(["K-12", "n/a"], is_code=True).nothing == ("n/a",)


def test_words_for_yes_and_no_are_alike_in_any_case(engine):
    column = {
        "name": "may_mail",
        "logicalType": "boolean",
        "logicalTypeOptions": {"trueValues": ["S"], "falseValues": ["N"]},
    }
    sql = typed(Property.model_validate(column))
    rows = engine.rows(f"select {sql} from (values (1, 'S'), (2, 'n'), (3, 'x')) as t(i, may_mail) order by i")
    assert rows == [(True,), (False,), (None,)]


def test_a_quantity_with_three_decimals_is_no_thousand(engine, tmp_path):
    till = tmp_path / "journal_20260531.csv"
    till.write_text(
        "Bon-Nr;Datum;Uhrzeit;Artikelnr;Bezeichnung;Menge;Einzelpreis;Gesamt;Kundenkarte\n"
        "700001;30.05.2026;12:02;10013;Becher;2,000;8,95;17,90;48213111\n"
        "700001;30.05.2026;12:02;10012;Stuhl;1,000;49,90;49,90;48213111\n"
        "700002;30.05.2026;12:53;10014;Seil;1,500;10,00;15,00;\n"
        "700003;31.05.2026;11:03;10013;Becher;3,000;8,95;26,85;48213112\n",
        encoding="utf-8",
    )
    files = draft_feed([till], engine, name="journal").files
    (contract,) = [text for path, text in files.items() if path.startswith("schemas/exports")]
    (quantity,) = [part for part in contract.split("  - name: ") if part.startswith("menge\n")]
    assert "decimalSeparator: ','" in quantity
