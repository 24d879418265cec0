"""What both directions agree on: names of the standard, and how patterns, types and severities translate."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

API_VERSION = "v3.2.0"
VENDOR = "omnichannel-cdp"
"""Marks custom properties and custom quality rules as ours."""

NATIVE_PROPERTY_KEYS = ("name", "physicalName", "description", "logicalType", "required", "unique", "classification")
"""Keys of a property that mean the same here and in the standard."""
NATIVE_OPTIONS: Mapping[str, Mapping[str, str]] = {
    "string": {"maxLength": "maxLength", "pattern": "pattern"},
    "integer": {"minimum": "minimum", "maximum": "maximum"},
    "number": {"minimum": "minimum", "maximum": "maximum"},
    "date": {"earliest": "minimum", "latest": "maximum"},
}
"""Per logical type: our option → the standard's. Everything else travels as a custom property."""
LOGICAL_TYPES = frozenset({"string", "integer", "number", "boolean", "date", "timestamp", "object", "array"})
SEVERITIES = {"warn": "warning", "stop": "error"}
STOPPING = frozenset({"error", "critical", "blocker", "fatal", "stop"})
CLASSIFICATIONS = {
    "public": "public", "internal": "internal", "personal": "personal", "sensitive": "sensitive", "pii": "personal",
    "confidential": "sensitive", "restricted": "sensitive", "secret": "sensitive",
}  # fmt: skip

_PHYSICAL = (
    (r"^(tiny|small|medium|big|huge|u|unsigned )?int|^serial|^bigserial|^long|^number\(\d+(, ?0)?\)", "integer"),
    (r"^dec|^num|^double|^float|^real|^money", "number"),
    (r"^bool|^bit$", "boolean"),
    (r"^timestamp|^datetime", "timestamp"),
    (r"^date", "date"),
    (r"\[\]$|^array|^list", "array"),
    (r"^json|^struct|^object|^map|^variant|^super", "object"),
)
_JDK = (
    ("yyyy", "%Y"), ("uuuu", "%Y"), ("yy", "%y"), ("MMMM", "%B"), ("MMM", "%b"), ("MM", "%m"), ("M", "%-m"),
    ("dd", "%d"), ("d", "%-d"), ("HH", "%H"), ("hh", "%I"), ("mm", "%M"), ("ss", "%S"), ("SSSSSS", "%f"),
    ("SSS", "%g"), ("a", "%p"), ("XXX", "%z"), ("xxx", "%z"), ("Z", "%z"), ("X", "%z"),
)  # fmt: skip


def plain_name(name: str) -> str:
    """A name as SQL likes it: small letters, digits, underscores."""
    spaced = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name)
    plain = re.sub(r"[^a-z0-9]+", "_", spaced.lower()).strip("_")
    return plain if plain[:1].isalpha() else f"c_{plain}".rstrip("_")


def logical_type_of(physical: str) -> str:
    """The logical type behind a database's name of a type; what is unknown is text."""
    plain = physical.strip().lower()
    return next((logical for pattern, logical in _PHYSICAL if re.search(pattern, plain)), "string")


def whole(pattern: str) -> str:
    """Our pattern, which is held against the whole value, as one that may match anywhere."""
    return f"^(?:{pattern})$"


def anywhere(pattern: str) -> str:
    """A pattern that may match anywhere as one for the whole value."""
    if pattern.startswith("^(?:") and pattern.endswith(")$") and _balanced(pattern[4:-2]):
        return pattern[4:-2]
    body = pattern
    before = "" if body.startswith("^") else "[\\s\\S]*"
    after = "" if body.endswith("$") and not body.endswith("\\$") else "[\\s\\S]*"
    body = body.removeprefix("^")
    body = body if after else body.removesuffix("$")
    return f"{before}(?:{body}){after}" if before or after or "|" in body else body


def _balanced(body: str) -> bool:
    try:
        re.compile(body)
    except re.error:
        return False
    return True


def strptime_of(form: str) -> str | None:
    """A JDK date pattern such as ``dd.MM.yyyy`` as one of strptime; ``None`` when it says what that cannot."""
    out, rest = "", form
    while rest:
        if rest.startswith("'"):
            literal, _, rest = rest[1:].partition("'")
            out += literal or "'"
            continue
        hit = next(((token, code) for token, code in _JDK if rest.startswith(token)), None)
        if hit is None and rest[0].isalpha():
            return None
        token, code = hit or (rest[0], rest[0])
        out, rest = out + code, rest[len(token) :]
    return out


def custom(name: str, value: Any) -> dict[str, Any]:
    """One custom property of ours."""
    return {"property": name, "value": value, "vendor": VENDOR}
