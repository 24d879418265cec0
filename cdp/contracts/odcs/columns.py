"""Columns of an ODCS document as properties of a contract."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from cdp.contracts.model import Property, RowRule
from cdp.contracts.odcs.words import (
    CLASSIFICATIONS,
    LOGICAL_TYPES,
    NATIVE_OPTIONS,
    anywhere,
    logical_type_of,
    plain_name,
    strptime_of,
)

_OURS = {name: field.alias or name for name, field in Property.model_fields.items()}
_COMPARED = {
    "minimum": ">=", "maximum": "<=", "exclusiveMinimum": ">", "exclusiveMaximum": "<",
}  # fmt: skip


class ColumnReader:
    """Reads columns one by one; ``notes`` gets what was decided for the reader of the document."""

    def __init__(self, notes: list[str]) -> None:
        self.notes = notes
        self._names: set[str] = set()

    def leaves(
        self, column: dict[str, Any], above: tuple[str, ...] = ()
    ) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
        """The columns that hold values: objects with properties give theirs, with the path to them."""
        path = (*above, str(column.get("physicalName") or column.get("name")))
        inner = column.get("properties")
        if column.get("logicalType") in {"object", None} and isinstance(inner, list) and inner:
            for each in inner:
                yield from self.leaves(each, path)
            column["properties"] = [each for each in inner if each]
            for name in ("name", "logicalType", "physicalName", *(() if column["properties"] else ("properties",))):
                column.pop(name, None)
            return
        yield path, column

    def read(
        self, column: dict[str, Any], path: tuple[str, ...], ours: dict[str, Any]
    ) -> tuple[dict[str, Any], list[RowRule]]:
        """One property, and row rules for limits that only these can hold; takes what it carries out of ``column``."""
        source = str(column.pop("name"))
        header = column.pop("physicalName", None)
        name = self._name(source, path)
        out: dict[str, Any] = {"name": name}
        if len(path) > 1:
            out["physicalName"] = "$." + ".".join(path)
        elif header is not None or name != source:
            out["physicalName"] = header or source
        for key in ("description", "required", "unique"):
            if column.get(key) is not None:
                out[key] = column.pop(key)
        self._type(column, out, source)
        self._classification(column, out, source)
        if column.get("semanticType") == "column":
            del column["semanticType"]
        own_options = ours.pop("logicalTypeOptions", {})
        rules = self._options(column, out, own_options)
        out |= {key: value for key, value in ours.items() if key in _OURS.values()}
        self.notes += [f"{source}: custom property {key} is not known" for key in ours if key not in _OURS.values()]
        return out, rules

    def _name(self, source: str, path: tuple[str, ...]) -> str:
        name = plain_name(source)
        if name in self._names:
            name = plain_name("_".join(path))
        number, chosen = 2, name
        while chosen in self._names:
            chosen, number = f"{name}_{number}", number + 1
        self._names.add(chosen)
        return chosen

    def _type(self, column: dict[str, Any], out: dict[str, Any], source: str) -> None:
        logical, physical = column.pop("logicalType", None), column.get("physicalType")
        if logical is None:
            logical = logical_type_of(str(physical or ""))
            column.pop("physicalType", None)
            if physical:
                self.notes.append(f"{source}: logicalType {logical} is taken from physicalType {physical}")
        if logical not in LOGICAL_TYPES:
            kept = {"map": "object", "vector": "array"}.get(logical, "string")
            self.notes.append(f"{source}: logicalType {logical} is read as {kept}")
            logical = kept
        out["logicalType"] = logical

    def _classification(self, column: dict[str, Any], out: dict[str, Any], source: str) -> None:
        said = column.get("classification")
        if said is None:
            return
        kept = CLASSIFICATIONS.get(str(said).lower())
        if kept is None:
            return
        if kept != said:
            self.notes.append(f"{source}: classification {said} is read as {kept}")
        out["classification"] = kept
        del column["classification"]

    def _options(self, column: dict[str, Any], out: dict[str, Any], own: dict[str, Any]) -> list[RowRule]:
        options = column.get("logicalTypeOptions")
        options = options if isinstance(options, dict) else {}
        kind, name = out["logicalType"], out["name"]
        native = {theirs: ours for ours, theirs in NATIVE_OPTIONS.get(kind, {}).items()}
        for theirs in [key for key in options if key in native]:
            own[native[theirs]] = options.pop(theirs)
        if "pattern" in own and isinstance(own["pattern"], str):
            own["pattern"] = self._pattern(own, name)
            if own["pattern"] is None:
                options["pattern"] = own.pop("pattern")
        if kind in {"date", "timestamp"} and isinstance(options.get("format"), str):
            form = strptime_of(options["format"])
            if form is not None:
                own.setdefault("format", [form])
                del options["format"]
        if kind == "timestamp" and isinstance(options.get("defaultTimezone"), str):
            out["timeZone"] = options.pop("defaultTimezone")
        if kind == "string" and options.get("format") == "email":
            out["semanticType"] = "email"
            del options["format"]
        self._enum(column, own)
        rules = list(_row_rules(options, name, kind))
        if not options:
            column.pop("logicalTypeOptions", None)
        if own:
            out["logicalTypeOptions"] = own
        return rules

    def _pattern(self, own: dict[str, Any], name: str) -> str | None:
        pattern = anywhere(own["pattern"])
        try:
            re.compile(pattern)
        except re.error:
            self.notes.append(f"{name}: the pattern {own['pattern']} is none that can be read here")
            return None
        return pattern

    @staticmethod
    def _enum(column: dict[str, Any], own: dict[str, Any]) -> None:
        enum = column.get("enum")
        if not isinstance(enum, list):
            return
        own["values"] = [str(each.pop("value")) for each in enum if isinstance(each, dict) and "value" in each]
        column["enum"] = [each for each in enum if each]
        if not column["enum"]:
            del column["enum"]


def _row_rules(options: dict[str, Any], name: str, kind: str) -> Iterator[RowRule]:
    """Limits for which a property has no word of its own, as conditions; takes them out of ``options``."""
    for key, sign in _COMPARED.items():
        limit = options.get(key)
        if limit is None or kind not in {"integer", "number", "date", "timestamp"}:
            continue
        is_date = kind in {"date", "timestamp"}
        if is_date and not re.fullmatch(r"\d{4}-\d{2}-\d{2}([T ][0-9:.]+)?(Z|[+-]\d{2}:?\d{2})?", str(limit)):
            continue
        value = f"{'date' if kind == 'date' else 'timestamp'} '{limit}'" if is_date else f"{limit}"
        del options[key]
        yield RowRule(
            name=f"{name}_{_snake(key)}", must=f'"{name}" {sign} {value}', description=f"{name} {sign} {limit}"
        )
    if kind == "string" and isinstance(options.get("minLength"), int):
        least = options.pop("minLength")
        words = f"{name} has at least {least} characters"
        yield RowRule(name=f"{name}_min_length", must=f'length("{name}") >= {least}', description=words)
    if kind in {"integer", "number"} and options.get("multipleOf"):
        step = options.pop("multipleOf")
        words = f"{name} is a multiple of {step}"
        yield RowRule(name=f"{name}_multiple_of", must=f'"{name}" % {step} = 0', description=words)


def _snake(key: str) -> str:
    return re.sub(r"([A-Z])", r"_\1", key).lower()
