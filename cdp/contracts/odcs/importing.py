"""An ODCS document, ours or anybody's, as contracts of ours. What cannot be carried is listed, nothing is dropped.

Every reader takes the keys it understands out of a copy of the document; what is left at the end is the list.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from cdp.contracts.model import BatchRule, Contract, RowRule, TableContract
from cdp.contracts.odcs.columns import ColumnReader
from cdp.contracts.odcs.promises import read_quality, read_service_levels
from cdp.contracts.odcs.words import VENDOR, logical_type_of, plain_name
from cdp.errors import ContractError

_ABOUT_DOCUMENT = ("apiVersion", "kind", "id", "name", "version", "status")
"""Keys that say what the document is; they have no place in a contract and nobody misses them there."""


@dataclass
class Imported:
    """One contract and what could not be carried into it, as ``place: what``."""

    contract: Contract | TableContract
    lost: list[str] = field(default_factory=list)


def from_odcs(document: object) -> list[Imported]:
    """One contract per object of the document's schema. Raises ``ContractError`` when it holds none."""
    if not isinstance(document, dict) or document.get("kind") != "DataContract":
        raise ContractError("this is no ODCS document: it has no 'kind: DataContract'", "name a contract in ODCS v3")
    rest = copy.deepcopy(document)
    objects = rest.pop("schema", None)
    if not isinstance(objects, list) or not objects:
        version = document.get("apiVersion")
        raise ContractError(f"the document has no schema (apiVersion {version})", "ODCS v3 names objects under schema")
    for name in _ABOUT_DOCUMENT:
        rest.pop(name, None)
    about = rest.get("description")
    purpose = about.pop("purpose", None) if isinstance(about, dict) else None
    found = []
    for place, item in enumerate(objects):
        if not isinstance(item, dict) or "name" not in item:
            raise ContractError(f"schema.{place} is no object with a name", "every object of the schema needs one")
        words = item.get("description") or purpose or f"{item['name']}, imported"
        levels = rest if place == 0 else {"slaProperties": rest.get("slaProperties")}
        found.append(_one(item, str(words), levels))
    for imported in found[:1]:
        imported.lost += list(left_over(rest))
    return found


def left_over(value: Any, place: str = "") -> Iterator[str]:
    """Every value that nobody took, with its place, long ones shortened."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from left_over(inner, f"{place}.{name}" if place else str(name))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from left_over(inner, f"{place}[{number}]")
    elif value is not None:
        shown = str(value).strip()
        yield f"{place}: {shown if len(shown) <= 120 else shown[:117] + '…'}"


def take_custom(item: dict[str, Any]) -> dict[str, Any]:
    """Take our own custom properties out of an element; those of others stay."""
    listed = item.get("customProperties")
    if not isinstance(listed, list):
        return {}
    ours = {each["property"]: each["value"] for each in listed if each.get("vendor") == VENDOR}
    others = [each for each in listed if each.get("vendor") != VENDOR]
    if others:
        item["customProperties"] = others
    else:
        del item["customProperties"]
    return ours


def _one(item: dict[str, Any], description: str, document: dict[str, Any]) -> Imported:
    ours = take_custom(item)
    kind = ours.pop("kind", "contract")
    name = str(item.pop("name"))
    item.pop("description", None)
    item.pop("logicalType", None)
    if item.get("physicalType") in {"file", "table"}:
        del item["physicalType"]
    content = {"kind": kind, "name": plain_name(name), "description": description} | ours
    try:
        if kind == "table":
            return Imported(TableContract.model_validate(content | _of_table(item)), list(left_over(item, name)))
        notes = _of_export(item, content, document)
        return Imported(Contract.model_validate(content), [*notes, *left_over(item, name)])
    except ValidationError as error:
        told = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
        raise ContractError(f"{name} cannot become a contract: {told}", "mend the document") from error


def _keys(columns: list[dict[str, Any]]) -> list[str]:
    """Take the primary key out of the columns, in its order."""
    found = []
    for place, column in enumerate(columns):
        position = column.pop("primaryKeyPosition", None)
        if column.pop("primaryKey", False):
            found.append((position if isinstance(position, int) and position > 0 else 1000 + place, column["name"]))
    return [name for _, name in sorted(found)]


def _of_table(item: dict[str, Any]) -> dict[str, Any]:
    columns = item.pop("properties", None) or []
    key = _keys(columns)
    properties = []
    for column in columns:
        ours = take_custom(column)
        found = {"name": plain_name(column.pop("name")), "type": column.pop("physicalType", "VARCHAR")} | ours
        if column.get("logicalType") == logical_type_of(found["type"]):
            del column["logicalType"]
        found["description"] = column.pop("description", "")
        found |= {name: column.pop(name) for name in ("required", "classification") if name in column}
        properties.append(found)
    item["properties"] = [column for column in columns if column]
    grain = item.pop("dataGranularityDescription", "one row per key")
    return {"grain": grain, "key": key, "properties": properties}


def _of_export(item: dict[str, Any], content: dict[str, Any], document: dict[str, Any]) -> list[str]:
    """Fill ``content`` from the object, taking out of it what is carried; gives notes on what was decided."""
    columns: list[dict[str, Any]] = item.pop("properties", None) or []
    notes: list[str] = []
    row_rules: list[tuple[int, RowRule]] = []
    batch_rules: list[tuple[int, BatchRule]] = []
    properties: list[dict[str, Any]] = []
    keys: list[tuple[int, str]] = []
    reader = ColumnReader(notes)
    for column in columns:
        for path, leaf in reader.leaves(column):
            position = leaf.pop("primaryKeyPosition", None)
            is_key = leaf.pop("primaryKey", False)
            ours = take_custom(leaf)
            found, rules = reader.read(leaf, path, ours)
            if is_key:
                keys.append(
                    (position if isinstance(position, int) and position > 0 else 1000 + len(keys), found["name"])
                )
            row_rules += [(10_000 + len(row_rules), rule) for rule in rules]
            read_quality(leaf, found, row_rules, batch_rules, notes)
            properties.append(found)
    item["properties"] = [column for column in columns if column]
    read_quality(item, None, row_rules, batch_rules, notes)
    names = {found["name"] for found in properties}
    batch_rules += read_service_levels(document, names)
    key = [name for _, name in sorted(keys)] or _stand_in_key(properties, notes)
    content |= {"key": key, "properties": properties}
    content["rowRules"] = [rule for _, rule in sorted(row_rules, key=lambda each: each[0])]
    content["quality"] = [rule for _, rule in sorted(batch_rules, key=lambda each: each[0])]
    return notes


def _stand_in_key(properties: list[dict[str, Any]], notes: list[str]) -> list[str]:
    """A key for a document without a primary key: a unique column, else what is required, else everything."""
    unique = [item["name"] for item in properties if item.get("unique")]
    required = [item["name"] for item in properties if item.get("required")]
    key = unique[:1] or required or [item["name"] for item in properties]
    notes.append(f"no primary key: key is {', '.join(key)}; check that it names what a row speaks of")
    return key
