"""Values that several families share are proposed for blocking, with the counts that speak for it."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from identity.test_resolve import shipped
from identity.town import Town

from cdp.engines import open_engine
from cdp.identity.proposals import RunRecords, propose_blocks

DESK, FAMILY, NEXT, ROLE = "+442079460000", "+442079460001", "+442079460002", "info@example.com"


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    town, folder = Town(), tmp_path_factory.mktemp("proposals")
    for number, (first, last) in enumerate([("Ann", "Ash"), ("Ben", "Oak"), ("Cleo", "Elm"), ("Ann", "Ash")]):
        ids = {"phone": DESK, "email": f"{first}@example.com".lower()}
        town.add(first, "shop", "order", ids, day=number, first_name=first, last_name=last)
    for first in ("Dora", "Emil", "Fred", "Gus"):
        town.add(first, "shop", "order", {"phone": FAMILY}, first_name=first, last_name="Birch")
    for day, last in enumerate(("Pine", "Yew")):
        town.add(last, "shop", "order", {"phone": NEXT, "email": ROLE}, day=day, first_name="Hal", last_name=last)
    records, identifiers = town.frames()
    engine = open_engine("duckdb", temp_dir=folder)
    files = {}
    engine.register("identity_records", records)
    engine.register("usable_identifiers", identifiers.assign(is_landline=False))
    engine.create_table("identity_map", "select record_id, record_id as customer_id from identity_records")
    for name in ("identity_records", "usable_identifiers", "identity_map"):
        files[name] = folder / f"{name}.parquet"
        engine.frame(f"select * from {name}").to_parquet(files[name])
    engine.close()
    return RunRecords(*((files[name],) for name in ("identity_records", "usable_identifiers", "identity_map")))


def test_a_desk_and_a_role_are_proposed_a_family_and_an_heir_are_not(kept):
    found = {one.identifier_value: one for one in propose_blocks(kept, shipped())}
    assert set(found) == {DESK, ROLE}
    desk = found[DESK]
    assert (desk.records, desk.customers, desk.names, desk.families, desk.emails) == (4, 4, 3, 3, 3)
    assert desk.reason == "3 family names share it"
    assert desk.first_seen_at < desk.last_seen_at


def test_the_lines_to_paste_block_the_value(kept):
    desk = propose_blocks(kept, shipped())[0]
    assert desk.command == f"cdp identity block phone {DESK}"
    assert desk.yaml == f'- {{type: phone, value: "{DESK}"}}'


def test_without_the_files_of_a_run_nothing_is_asked(kept):
    assert kept.is_there
    assert not RunRecords(kept.records, (), kept.identity_map).is_there


def test_rows_that_a_later_night_took_back_speak_for_nothing(kept, tmp_path):
    [file] = kept.identifiers
    rows = pd.read_parquet(file)
    at_desk = [number for number, value in enumerate(rows["identifier_value"]) if value == DESK]
    gone = tmp_path / "gone.parquet"
    pd.DataFrame({"file_name": f"{file.parent.name}/{file.name}", "file_row_number": at_desk}).to_parquet(gone)
    found = propose_blocks(replace(kept, identifiers_gone=gone), shipped())
    assert [one.identifier_value for one in found] == [ROLE]
