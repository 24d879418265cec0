"""Contracts as ODCS documents: valid by the standard, back without a loss, and others' taken in with a list."""

from __future__ import annotations

import copy

import pytest
import yaml
from tests_support import ROOT

from cdp.contracts import Contract, TableContract, load_document
from cdp.contracts.odcs import from_odcs, odcs_faults, to_odcs
from cdp.contracts.odcs.words import anywhere, strptime_of, whole
from cdp.errors import ContractError

SHIPPED = sorted([*ROOT.glob("schemas/exports/*.yaml"), *ROOT.glob("schemas/tables/*.yaml")])
FULL = {
    "kind": "contract",
    "name": "sales",
    "description": "Lines of receipts.",
    "key": ["receipt", "line"],
    "rowsPerKey": "many",
    "version": "changed_at",
    "properties": [
        {"name": "receipt", "physicalName": "Receipt No", "required": True, "logicalTypeOptions": {"pattern": "a|b"}},
        {"name": "line", "logicalType": "integer", "logicalTypeOptions": {"minimum": 1, "maximum": 99.5}},
        {"name": "state", "logicalTypeOptions": {"values": ["open", "paid"], "maxLength": 4}, "onFail": "null"},
        {
            "name": "changed_at",
            "logicalType": "timestamp",
            "logicalTypeOptions": {"format": ["%d.%m.%Y"]},
            "timeZone": "Europe/Berlin",
        },
        {"name": "email", "aliases": ["mail"], "classification": "personal", "semanticType": "email"},
    ],
    "rowRules": [
        {"name": "b_rule", "must": "line > 0", "onFail": "warn"},
        {"name": "a_rule", "must": "line < 50", "onFail": "null", "column": "line"},
    ],
    "quality": [
        {"metric": "mean", "column": "line", "maximum": 5},
        {"metric": "row_count", "minimum": 10, "severity": "stop"},
        {"metric": "null_share", "column": "email", "minimum": 0.01, "maximum": 0.07},
        {"metric": "days_since_newest", "column": "changed_at", "maximum": 3},
        {"metric": "null_share", "column": "state", "maximum": 0.07},
    ],
}


def loaded(path):
    contract, faults = load_document(path, Contract if path.parent.name == "exports" else TableContract)
    assert contract, faults
    return contract


@pytest.mark.parametrize("path", SHIPPED, ids=[f"{path.parent.name}-{path.stem}" for path in SHIPPED])
def test_every_shipped_contract_is_valid_odcs_and_comes_back_equal(path):
    contract = loaded(path)
    document = to_odcs(contract)
    assert odcs_faults(document) == []
    (back,) = from_odcs(yaml.safe_load(yaml.safe_dump(document)))
    assert back.contract == contract
    assert back.lost == []


def test_a_contract_with_everything_comes_back_equal_and_speaks_the_standard():
    contract = Contract.model_validate(FULL)
    document = to_odcs(contract)
    assert odcs_faults(document) == []
    (schema,) = document["schema"]
    columns = {item["name"]: item for item in schema["properties"]}
    assert columns["line"]["primaryKeyPosition"] == 2
    assert columns["line"]["logicalTypeOptions"] == {"minimum": 1.0, "maximum": 99.5}
    assert columns["receipt"]["logicalTypeOptions"] == {"pattern": "^(?:a|b)$"}
    assert [each["value"] for each in columns["state"]["enum"]] == ["open", "paid"]
    assert columns["email"]["quality"][0]["mustBeBetween"] == [1.0, 7.0]
    (back,) = from_odcs(document)
    assert back.contract == contract


def test_the_check_sees_typos_that_the_official_models_accept():
    document = to_odcs(Contract.model_validate(FULL))
    broken = copy.deepcopy(document)
    broken["schema"][0]["properties"][0]["requird"] = True
    assert any("requird" in fault for fault in odcs_faults(broken))
    assert odcs_faults(document | {"apiVersion": "v9"})


@pytest.fixture(scope="module")
def foreign():
    document = yaml.safe_load((ROOT / "tests/contracts/foreign.odcs.yaml").read_text())
    assert odcs_faults(document) == []
    (imported,) = from_odcs(document)
    return document, imported


def test_a_foreign_document_becomes_a_working_contract(foreign):
    contract = foreign[1].contract
    assert contract.name == "customer_orders"
    assert contract.key == ("order_id",)
    assert [item.name for item in contract.properties] == [
        "order_id",
        "ordered_at",
        "e_mail",
        "total",
        "pieces",
        "state",
        "street",
        "city",
        "lines",
    ]
    order = contract.find("order_id")
    assert (order.source, order.logical_type_options.pattern, order.unique) == ("ORDER_ID", "B-[0-9]{6}", True)
    assert contract.find("ordered_at").time_zone == "Europe/Berlin"
    assert contract.find("ordered_at").logical_type_options.format == ("%Y-%m-%d %H:%M:%S",)
    assert contract.find("e_mail").classification == "personal"
    assert contract.find("total").logical_type == "number"
    assert contract.find("street").source == "$.address.street"
    assert [rule.must for rule in contract.row_rules] == ['length("order_id") >= 8', '"pieces" > 0', '"pieces" % 1 = 0']
    rules = {(rule.metric, rule.column): rule for rule in contract.quality}
    assert rules["unique_share", "order_id"].severity == "stop"
    assert rules["null_share", "e_mail"].maximum == pytest.approx(0.05)
    assert rules["row_count", None].minimum == 100
    assert rules["days_since_newest", "ordered_at"].maximum == 2


def test_nothing_of_a_foreign_document_vanishes_without_a_word(foreign):
    document, imported = foreign
    told = "\n".join(imported.lost) + imported.contract.model_dump_json(by_alias=True)
    known = {"apiVersion", "kind", "id", "name", "version", "status"}

    def leaves(value, place=""):
        if isinstance(value, dict):
            for name, inner in value.items():
                if place or name not in known:
                    yield from leaves(inner, f"{place}.{name}")
        elif isinstance(value, list):
            for inner in value:
                yield from leaves(inner, place)
        else:
            yield place, value

    translated = {  # told in other words: type, limits, comparisons
        "Customer orders",
        "CustomerOrders",
        "PII",
        "restricted",
        "email",
        "library",
        "duplicateValues",
        "nullValues",
        "rowCount",
        "percent",
        "error",
        "table",
        "^B-[0-9]{6}$",
        "yyyy-MM-dd HH:mm:ss",
        "orderId",
        "object",
        True,
        0,
        5,
        99,
        "latency",
        "d",
        "CustomerOrders.orderedAt",
        "string",
    }
    missing = [
        (place, value) for place, value in leaves(document) if value not in translated and str(value) not in told
    ]
    assert missing == []
    assert "servers[0].host: warehouse.example.com" in imported.lost
    assert "slaProperties[0].property: retention" in imported.lost
    assert "CustomerOrders.properties[5].enum[0].label: Offen" in imported.lost


def test_a_document_without_a_primary_key_gets_a_stand_in_and_says_so():
    columns = [{"name": "a", "logicalType": "string"}, {"name": "b", "logicalType": "string", "required": True}]
    document = {"kind": "DataContract", "apiVersion": "v3.0.2", "schema": [{"name": "T", "properties": columns}]}
    (imported,) = from_odcs(document)
    assert imported.contract.key == ("b",)
    assert imported.lost == ["no primary key: key is b; check that it names what a row speaks of"]


@pytest.mark.parametrize("document", [None, [], {"kind": "contract"}, {"kind": "DataContract", "dataset": []}])
def test_what_is_no_odcs_document_is_refused(document):
    with pytest.raises(ContractError):
        from_odcs(document)


def test_patterns_and_date_forms_translate():
    assert anywhere(whole("a|b")) == "a|b"
    assert anywhere("^[A-Z]+$") == "[A-Z]+"
    assert anywhere("[0-9]") == r"[\s\S]*(?:[0-9])[\s\S]*"
    assert strptime_of("dd.MM.yyyy'T'HH:mm") == "%d.%m.%YT%H:%M"
    assert strptime_of("QQQ yyyy") is None
