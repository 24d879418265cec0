"""A contract of ours as an ODCS document. What the standard has no word for travels as custom properties."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cdp.contracts.model import BatchRule, Contract, Property, RowRule, TableContract, TableProperty
from cdp.contracts.odcs.words import (
    API_VERSION,
    NATIVE_OPTIONS,
    NATIVE_PROPERTY_KEYS,
    SEVERITIES,
    VENDOR,
    custom,
    logical_type_of,
    whole,
)


def to_odcs(contract: Contract | TableContract, version: str = "1.0.0") -> dict[str, Any]:
    """The document; reading it back gives an equal contract."""
    is_table = isinstance(contract, TableContract)
    schema = _table(contract) if isinstance(contract, TableContract) else _export(contract)
    return {
        "apiVersion": API_VERSION,
        "kind": "DataContract",
        "id": contract.name,
        "name": contract.name,
        "version": version,
        "status": "active",
        "description": {"purpose": contract.description},
        "schema": [
            {"name": contract.name, "logicalType": "object", "physicalType": "table" if is_table else "file"} | schema
        ],
    }


def _dumped(item: Any) -> dict[str, Any]:
    content: dict[str, Any] = item.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return content


def _export(contract: Contract) -> dict[str, Any]:
    rest = _dumped(contract)
    for name in ("kind", "name", "description", "key", "properties", "rowRules", "quality"):
        rest.pop(name, None)
    schema: dict[str, Any] = {"description": contract.description}
    schema["properties"] = [
        _property(item, contract.key, _rules_of(contract, item.name)) for item in contract.properties
    ]
    quality = [_row_rule(rule, place) for place, rule in enumerate(contract.row_rules)]
    quality += [rule for column, rule in _batch_rules(contract) if column is None]
    if quality:
        schema["quality"] = quality
    schema["customProperties"] = [custom("kind", "contract"), *(custom(name, value) for name, value in rest.items())]
    return schema


def _property(item: Property, key: Sequence[str], quality: list[dict[str, Any]]) -> dict[str, Any]:
    rest = _dumped(item)
    options: dict[str, Any] = rest.pop("logicalTypeOptions", {})
    out: dict[str, Any] = {name: rest.pop(name) for name in NATIVE_PROPERTY_KEYS if name in rest}
    out["logicalType"] = item.logical_type
    if item.name in key:
        out |= {"primaryKey": True, "primaryKeyPosition": list(key).index(item.name) + 1}
    names = NATIVE_OPTIONS.get(item.logical_type, {})
    native = {names[name]: options.pop(name) for name in list(options) if name in names}
    if "pattern" in native:
        native["pattern"] = whole(native["pattern"])
    if native:
        out["logicalTypeOptions"] = native
    if values := options.pop("values", None):
        out["enum"] = [{"value": value} for value in values]
    if quality:
        out["quality"] = quality
    ours = [custom(name, value) for name, value in rest.items()]
    ours += [custom("logicalTypeOptions", options)] if options else []
    if ours:
        out["customProperties"] = ours
    return out


def _row_rule(rule: RowRule, place: int) -> dict[str, Any]:
    return {
        "type": "sql",
        "name": rule.name,
        "description": rule.description or rule.must,
        "query": f"select count(*) from ${{table}} where not ({rule.must})",
        "mustBe": 0,
        "severity": "error" if rule.on_fail == "reject" else "warning",
        "customProperties": [custom("rowRule", _dumped(rule)), custom("position", place)],
    }


def _rules_of(contract: Contract, column: str) -> list[dict[str, Any]]:
    return [rule for about, rule in _batch_rules(contract) if about == column]


def _batch_rules(contract: Contract) -> list[tuple[str | None, dict[str, Any]]]:
    """Every promise about a whole delivery, with the property under which it stands."""
    found = []
    for place, rule in enumerate(contract.quality):
        out = _library_rule(rule) or {"type": "custom", "engine": VENDOR, "implementation": _dumped(rule)}
        out |= {"severity": SEVERITIES[rule.severity], "customProperties": [custom("position", place)]}
        found.append((rule.column, out))
    return found


def _library_rule(rule: BatchRule) -> dict[str, Any] | None:
    """The rule in the standard's own metrics, where it has one that says the same."""
    if rule.metric == "row_count":
        return {"type": "library", "metric": "rowCount"} | _limits(rule.minimum, rule.maximum)
    low, high = (None if limit is None else round(100 * limit, 9) for limit in (rule.minimum, rule.maximum))
    if rule.metric == "null_share":
        return {"type": "library", "metric": "nullValues", "unit": "percent"} | _limits(low, high)
    return None


def _limits(low: float | None, high: float | None) -> dict[str, Any]:
    if low is not None and high is not None and low != high:
        return {"mustBeBetween": [low, high]}
    if low is not None and high is not None:
        return {"mustBe": low}
    return {"mustBeGreaterOrEqualTo": low} if low is not None else {"mustBeLessOrEqualTo": high}


def _table(contract: TableContract) -> dict[str, Any]:
    rest = _dumped(contract)
    for name in ("kind", "name", "description", "grain", "key", "properties"):
        rest.pop(name, None)
    return {
        "description": contract.description,
        "dataGranularityDescription": contract.grain,
        "properties": [_table_property(item, contract.key) for item in contract.properties],
        "customProperties": [custom("kind", "table"), *(custom(name, value) for name, value in rest.items())],
    }


def _table_property(item: TableProperty, key: Sequence[str]) -> dict[str, Any]:
    rest = _dumped(item)
    out = {"name": item.name, "logicalType": logical_type_of(item.type), "physicalType": rest.pop("type")}
    out |= {name: rest.pop(name) for name in ("description", "required", "classification") if name in rest}
    if item.name in key:
        out |= {"primaryKey": True, "primaryKeyPosition": list(key).index(item.name) + 1}
    rest.pop("name")
    if rest:
        out["customProperties"] = [custom(name, value) for name, value in rest.items()]
    return out
