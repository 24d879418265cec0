from __future__ import annotations

import pandas as pd
import pytest

from cdp.engines import open_engine
from cdp.identity.phones import standardise_phones


def standardised(tmp_path, *written):
    engine = open_engine("duckdb", temp_dir=tmp_path)
    rows = [(f"r{n}", "phone", value, country) for n, (value, country) in enumerate(written)]
    frame = pd.DataFrame(rows, columns=["record_id", "identifier_type", "identifier_value", "country"], dtype="string")
    engine.register("record_identifiers", frame)
    standardise_phones(engine, ["GB", "DE", "US"])
    found = {value: (number, landline) for value, _, number, landline in engine.rows("select * from phone_numbers")}
    engine.close()
    return found


@pytest.mark.parametrize(
    ("value", "country", "number"),
    [
        ("07700 900123", "GB", "+447700900123"),
        ("+44 (0)7700 900123", None, "+447700900123"),
        ("0044 7700-900123", "DE", "+447700900123"),
        ("(212) 555-0123", "US", "+12125550123"),
        ("withheld", None, None),
        ("12", "GB", None),
    ],
)
def test_every_way_of_writing_a_number(tmp_path, value, country, number):
    assert standardised(tmp_path, (value, country))[value][0] == number


def test_a_number_without_country_is_read_as_one_that_is_known(tmp_path):
    known = [("+12125550123", None), ("07700 900123", "GB"), ("+447700900123", None)]
    found = standardised(tmp_path, ("212 555 0123", None), ("447700900123", None), *known)
    assert found["212 555 0123"][0] == "+12125550123"
    assert found["447700900123"][0] == "+447700900123"


def test_landlines_are_told_from_mobiles(tmp_path):
    assert standardised(tmp_path, ("020 7946 0123", "GB"))["020 7946 0123"] == ("+442079460123", True)


def test_the_numbers_of_requests_are_read_in_their_country(tmp_path):
    engine = open_engine("duckdb", temp_dir=tmp_path)
    engine.execute(
        "create temp table record_identifiers as "
        "select 'r1' as record_id, 'phone' as identifier_type, '+447700900345' as identifier_value, null as country"
    )
    engine.execute(
        "create temp table privacy_requests as select * from (values "
        "('e1', '07700 900345', 'GB'), ('e2', '+44 (0)7700 900345', null), ('e3', '07700 900345', null), "
        "('e4', 'withheld', 'GB'), ('e5', null, 'GB'), ('e6', '(212) 555-0123', 'US')) as t(request_id, phone, country)"
    )
    standardise_phones(engine, ["DE", "GB", "US"])
    assert dict(engine.rows("select request_id, phone_std from request_phones")) == {
        "e1": "+447700900345",
        "e2": "+447700900345",
        "e3": "+447700900345",
        "e6": "+12125550123",
    }
    engine.close()
