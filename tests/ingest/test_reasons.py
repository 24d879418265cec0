"""Reasons are a closed list: whatever refuses a row says one of them, and each is explained."""

from __future__ import annotations

import re

import pytest
from tests_support import ROOT

from cdp.contracts import Contract
from cdp.contracts.columns import OnFail
from cdp.ingest.checks import checks_of, reference_table
from cdp.ingest.reading.formats import ReasonCode
from cdp.ingest.reasons import FILE_WARNINGS, REASONS, Reason, in_words, reason_of

EVERYTHING = Contract.model_validate({
    "kind": "contract", "name": "all_of_it", "description": "d", "key": ["a"],
    "properties": [{
        "name": "a", "physicalName": "A", "logicalType": "timestamp", "required": True, "unique": True,
        "references": {"feed": "stores", "column": "store_id"}, "currency": "EUR",
        "logicalTypeOptions": {"pattern": "x", "values": ["x"], "earliest": "2020-01-01"},
    }],
    "rowRules": [{"name": "sound", "must": "true", "description": "It is sound."}],
})  # fmt: skip


def test_every_reason_is_explained_and_has_a_remedy():
    assert REASONS.keys() == set(Reason)
    assert all(told.meaning and told.remedy for told in REASONS.values())


def test_the_readers_reasons_are_those_that_stand_alone():
    assert {reason.value for reason in Reason if reason.is_structural} == {code.value for code in ReasonCode}


def test_every_promise_has_its_reason_and_its_outcome():
    [item] = EVERYTHING.properties
    known = [reference_table(item.references)]
    found = {check.reason for check in checks_of(item, "k", known)}
    assert found == {reason for reason in Reason if not reason.is_structural} - {Reason.rule}
    assert {reason.value for reason in found} == OnFail.model_fields.keys()


def test_codes_are_told_in_words():
    [item] = EVERYTHING.properties
    codes = [check.code for check in checks_of(item, "k", [reference_table(item.references)])]
    told = in_words(EVERYTHING, [*dict.fromkeys(codes), "rule:sound", "trailer_line"])
    assert told.count("; ") == len(set(codes)) + 1
    assert "A is not among store_id of stores" in told
    assert "must hold: It is sound." in told
    assert told.endswith("a closing line, such as a total")


def test_a_code_that_is_none_is_an_error():
    assert reason_of("type:a") is Reason.type
    with pytest.raises(ValueError, match="whatever"):
        reason_of("whatever:a")


def test_every_code_that_is_told_of_a_file_is_documented():
    told = set()
    for path in (ROOT / "cdp/ingest/reading").glob("*.py"):
        told |= set(re.findall(r'log\.add\(\s*"(\w+)"', path.read_text()))
    assert told
    assert told <= FILE_WARNINGS.keys()
