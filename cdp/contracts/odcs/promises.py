"""Quality rules and service levels of an ODCS document as row rules and promises about a delivery."""

from __future__ import annotations

from typing import Any

from cdp.contracts.model import BatchRule, RowRule
from cdp.contracts.odcs.words import STOPPING, VENDOR, anywhere, plain_name

_OLD_METRICS = {"nullCheck": "nullValues", "uniqueCheck": "duplicateValues", "duplicateCount": "duplicateValues",
                "countCheck": "rowCount", "validValues": "invalidValues"}  # fmt: skip
_ABOUT = ("type", "name", "description", "dimension", "severity", "unit", "metric", "rule", "businessImpact", "id",
          "customProperties")  # fmt: skip
_DAYS = {"d": 1.0, "day": 1.0, "days": 1.0, "h": 1 / 24, "hour": 1 / 24, "hours": 1 / 24}

Ranked = list[tuple[int, Any]]


def read_quality(
    element: dict[str, Any], column: dict[str, Any] | None, row_rules: Ranked, batch_rules: Ranked, notes: list[str]
) -> None:
    """Carry the rules of an element (the object, or a ``column``); those that cannot be carried stay in it."""
    listed = element.get("quality")
    if not isinstance(listed, list):
        return
    left = []
    for rule in listed:
        place = len(row_rules) + len(batch_rules) + 1000
        if not _carried(rule, column, row_rules, batch_rules, place):
            kind = rule.get("type", "library")
            named = rule.get("name") or rule.get("metric") or rule.get("rule") or rule.get("description") or ""
            about = f" of {column['name']}" if column else ""
            notes.append(f"quality rule{about} ({kind}) is not held here: {str(named)[:100]}")
            left.append(rule)
    if left:
        element["quality"] = left
    else:
        del element["quality"]


def _carried(
    rule: dict[str, Any], column: dict[str, Any] | None, row_rules: Ranked, batch_rules: Ranked, place: int
) -> bool:
    ours = {
        each["property"]: each["value"] for each in rule.get("customProperties") or () if each.get("vendor") == VENDOR
    }
    position = ours.get("position", place)
    if "rowRule" in ours:
        row_rules.append((position, RowRule.model_validate(ours["rowRule"])))
        return True
    if rule.get("type") == "custom" and rule.get("engine") == VENDOR and isinstance(rule.get("implementation"), dict):
        batch_rules.append((position, BatchRule.model_validate(rule["implementation"])))
        return True
    if rule.get("type", "library") != "library":
        return False
    metric = rule.get("metric") or rule.get("rule")
    metric = _OLD_METRICS.get(str(metric), metric)
    limits = _limits(rule)
    if limits is None:
        return False
    severity = "stop" if str(rule.get("severity", "")).lower() in STOPPING else "warn"
    found = _batch_rule(metric, rule, column, limits, severity)
    if found is not None:
        batch_rules.append((position, found))
        return True
    return metric == "invalidValues" and column is not None and limits == (0, 0) and _valid_values(rule, column)


def _batch_rule(
    metric: Any, rule: dict[str, Any], column: dict[str, Any] | None, limits: tuple[Any, Any], severity: str
) -> BatchRule | None:
    low, high = limits
    arguments = rule.get("arguments") or {}
    is_percent = str(rule.get("unit", "")).lower() in {"percent", "%"}
    if metric == "rowCount" and not arguments and not is_percent:
        return BatchRule.model_validate({"metric": "row_count", "minimum": low, "maximum": high, "severity": severity})
    if (
        metric not in {"nullValues", "missingValues", "duplicateValues"}
        or column is None
        or not _is_share(limits, is_percent)
    ):
        return None
    if metric == "missingValues":
        spelled = [str(each) for each in arguments.pop("missingValues", ()) if each not in {None, ""}]
        if spelled:
            column["nullValues"] = spelled
    if arguments:
        return None
    low, high = (None if limit is None else round(limit / 100, 11) for limit in limits)
    if metric == "duplicateValues":
        unique = {"minimum": None if high is None else 1 - high, "maximum": 1 - low if low else None}
        return BatchRule.model_validate(
            {"metric": "unique_share", "column": column["name"], "severity": severity} | unique
        )
    return BatchRule.model_validate(
        {"metric": "null_share", "column": column["name"], "minimum": low, "maximum": high, "severity": severity}
    )


def _is_share(limits: tuple[Any, Any], is_percent: bool) -> bool:
    """Limits as shares; a number of rows says the same only when it is none."""
    return is_percent or limits == (0, 0)


def _valid_values(rule: dict[str, Any], column: dict[str, Any]) -> bool:
    arguments = dict(rule.get("arguments") or {})
    options = column.setdefault("logicalTypeOptions", {})
    values, pattern = arguments.pop("validValues", None), arguments.pop("pattern", None)
    if arguments or (values is None and pattern is None):
        return False
    if values is not None:
        options["values"] = [str(value) for value in values]
    if isinstance(pattern, str):
        options["pattern"] = anywhere(pattern)
    return True


def _limits(rule: dict[str, Any]) -> tuple[Any, Any] | None:
    """Least and greatest value allowed; ``None`` for a comparison that cannot be said so."""
    known = {key: value for key, value in rule.items() if key.startswith("must")}
    if set(rule) - set(known) - {*_ABOUT, "arguments"} or len(known) != 1:
        return None
    ((key, value),) = known.items()
    match key:
        case "mustBe" if isinstance(value, int | float) and not isinstance(value, bool):
            return value, value
        case "mustBeGreaterOrEqualTo":
            return value, None
        case "mustBeLessOrEqualTo":
            return None, value
        case "mustBeGreaterThan" if isinstance(value, int) and rule.get("unit") != "percent":
            return value + 1, None
        case "mustBeLessThan" if isinstance(value, int) and rule.get("unit") != "percent":
            return (0, 0) if value == 1 else (None, value - 1)
        case "mustBeBetween" if isinstance(value, list):
            return value[0], value[1]
    return None


def read_service_levels(document: dict[str, Any], columns: set[str]) -> Ranked:
    """Freshness that is promised of a column of ours, as a rule; takes it out of the document."""
    listed = document.get("slaProperties")
    if not isinstance(listed, list):
        return []
    found: Ranked = []
    for level in list(listed):
        column = plain_name(str(level.get("element", "")).rpartition(".")[2])
        factor = _DAYS.get(str(level.get("unit", "")).lower())
        value = level.get("value")
        if level.get("property") not in {"latency", "freshness"} or column not in columns or factor is None:
            continue
        if not isinstance(value, int | float) or set(level) - {"property", "element", "unit", "value", "id", "driver"}:
            continue
        rule = {"metric": "days_since_newest", "column": column, "maximum": round(value * factor, 6)}
        found.append((20_000 + len(found), BatchRule.model_validate(rule)))
        listed.remove(level)
    return found
