"""Loading YAML strictly: every fault at once, with its line."""

from __future__ import annotations

from cdp.contracts import Contract, load_document

GOOD = """kind: contract
name: visits
description: Visits.
key: [visit_id]
properties:
  - name: visit_id
    required: true
"""


def _faults(tmp_path, text):
    path = tmp_path / "visits.yaml"
    path.write_text(text, encoding="utf-8")
    model, faults = load_document(path, Contract)
    return model, [(fault.line, fault.key, fault.message, fault.allowed) for fault in faults]


def test_a_good_document_has_no_faults(tmp_path):
    model, faults = _faults(tmp_path, GOOD)
    assert faults == []
    assert model is not None
    assert model.key == ("visit_id",)


def test_every_fault_is_told_with_line_key_and_what_is_allowed(tmp_path):
    model, faults = _faults(
        tmp_path,
        GOOD + "    logicalTyp: string\n  - name: opened\n    logicalType: tme\n    logicalTypeOptions: {patern: x}\n",
    )
    assert model is None
    told = {key: (line, message, allowed) for line, key, message, allowed in faults}
    assert told["properties.0.logicalTyp"][0] == 8
    assert "did you mean 'logicalType'" in told["properties.0.logicalTyp"][1]
    assert told["properties.1.logicalType"][0] == 10
    assert "'timestamp'" in told["properties.1.logicalType"][2]
    assert told["properties.1.logicalTypeOptions.patern"][0] == 11
    assert "pattern" in told["properties.1.logicalTypeOptions.patern"][2].split(", ")
    assert len(faults) == 3


def test_a_key_that_stands_twice_is_a_fault(tmp_path):
    _, faults = _faults(tmp_path, GOOD + "key: [other]\n")
    assert [(line, key) for line, key, *_ in faults] == [(8, "key")]


def test_broken_yaml_names_its_line(tmp_path):
    _, faults = _faults(tmp_path, "kind: contract\nname: [unclosed\n")
    assert faults[0][0] in {2, 3}
    assert "not valid YAML" in faults[0][2]


def test_a_key_column_must_be_a_property(tmp_path):
    _, faults = _faults(tmp_path, GOOD.replace("[visit_id]", "[visitor]"))
    assert "'visitor' is not one of the properties" in faults[0][2]
