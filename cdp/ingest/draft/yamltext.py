"""The YAML of a drafted contract and feed, as people write it: comments where the draft is unsure."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import PurePath

from cdp.ingest.draft.export import KINDS, Export
from cdp.ingest.draft.meanings import PERSONAL, Column
from cdp.ingest.draft.words import zone_behind

_SEMANTIC = {
    "email": "email",
    "phone": "phone",
    "full_name": "person_name",
    "first_name": "first_name",
    "last_name": "last_name",
    "birth_date": "birth_date",
    "street": "street",
    "city": "city",
    "postcode": "postcode",
    "country": "country",
    "loyalty_card": "loyalty_card",
    "customer_id": "customer_key",
    "anonymous_id": "device",
    "device_id": "device",
    "order_id": "order_key",
    "unit_price": "money",
    "subtotal": "money",
    "total": "money",
    "net": "money",
    "gross": "money",
    "tax": "money",
    "discount": "money",
    "shipping": "money",
    "refunded": "money",
    "cost": "money",
    "quantity": "quantity",
    "text": "free_text",
    "comment": "free_text",
    "subject": "free_text",
}
_MONEY = frozenset(meaning for meaning, semantic in _SEMANTIC.items() if semantic == "money")
_PLAIN = re.compile(r"[A-Za-z_][\w ./-]*[\w.]|[A-Za-z_]")
_WORDS = frozenset({"yes", "no", "true", "false", "null", "on", "off", "y", "n"})


def scalar(value: str) -> str:
    """A YAML scalar: plain where that is safe, quoted otherwise."""
    if _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
        return value
    if "'" not in value and all(sign.isprintable() for sign in value):
        return f"'{value}'"
    return json.dumps(value, ensure_ascii=False)


def flow(values: Sequence[str]) -> str:
    """A YAML list on one line."""
    return "[" + ", ".join(map(scalar, values)) + "]"


def contract_yaml(export: Export, required: Sequence[Column]) -> str:
    """The contract of an export."""
    lines = [
        "kind: contract",
        f"name: {export.name}",
        f"description: {scalar(f'Draft: {KINDS[export.kind]} of {export.source}.')}",
        *(f"# UNSURE: {doubt}" for doubt in export.doubts),
        f"key: {flow([column.name for column in export.key])}",
        *(["rowsPerKey: many"] if export.is_many else []),
        *(["equalRows: each  # the same product may stand on a receipt twice"] if export.keeps_equal_rows else []),
        *([f"version: {export.version.name}"] if export.version else []),
        *[f"deletedWhen: {column.name}" for column in export.columns if _is_tombstone(column)][:1],
        "properties:",
    ]
    for column in export.columns:
        lines += _property(export, column, is_required=column in required)
    if export.derived:
        lines.append("derived:")
    for name, (expression, description) in export.derived.items():
        lines += [
            f"  - name: {name}",
            f"    description: {scalar(description)}",
            f"    expression: {_block(expression)}",
        ]
    lines += ["quality:", "  - {metric: quarantine_share, maximum: 0.05}"]
    return "\n".join(lines) + "\n"


def _block(expression: str) -> str:
    """SQL as a folded block, which needs no quoting."""
    indented = expression.replace("\n", "\n      ")
    return f">-\n      {indented}"


def _is_tombstone(column: Column) -> bool:
    return column.shape.kind == "boolean" and column.head.words in {
        "is_deleted",
        "isdeleted",
        "deleted",
        "record_deleted",
    }


def _property(export: Export, column: Column, *, is_required: bool) -> list[str]:
    lines = [f"  - name: {column.name}"]
    if column.source != column.name:
        lines.append(f"    physicalName: {scalar(column.source)}")
    kind = _kind(export, column)
    if kind != "string":
        lines.append(f"    logicalType: {kind}")
    options = _options(column, kind) + (["scale: 8"] if export.kind == "rates" and kind == "number" else [])
    if options:
        lines.append(f"    logicalTypeOptions: {{{', '.join(options)}}}")
    if is_required:
        lines.append("    required: true")
    if not column.in_every_file or (not column.values and not is_required):
        lines.append("    optionalColumn: true")
    lines += _reading(export, column, kind)
    if column.owner != "other" and (column.meaning in PERSONAL or column.meaning in {"text", "comment"}):
        lines.append("    classification: personal")
    if column.owner == "other" and _is_personal(column):
        lines.append("    classification: personal  # somebody else than the customer: not used")
    if column.owner != "other" and column.meaning in _SEMANTIC:
        lines.append(f"    semanticType: {_SEMANTIC[column.meaning]}")
    return lines + _outcome(export, column, kind, is_required=is_required)


def _kind(export: Export, column: Column) -> str:
    """The logical type: what may come with a fraction in a later file is a number, though the sample has none."""
    kind = column.shape.kind if column.shape.kind not in {"time", "zone"} else "string"
    if column in export.key or (column.meaning == "csat" and kind == "boolean"):
        return "string" if kind in {"integer", "number", "boolean"} else kind
    is_whole = column.meaning and column.meaning not in _MONEY and export.kind != "rates"
    return "number" if kind == "integer" and not is_whole and not column.consent else kind


def _is_personal(column: Column) -> bool:
    return column.meaning in PERSONAL or "name" in column.head.words or "email" in column.head.words


def _options(column: Column, kind: str) -> list[str]:
    shape = column.shape
    if kind in {"date", "timestamp"} and shape.epoch:
        return [f"epoch: {shape.epoch}"]
    if kind in {"date", "timestamp"} and shape.written and shape.written.formats:
        return [f"format: {flow(shape.written.formats)}"]
    if kind == "number" and shape.is_money:
        return ["moneyText: true"]
    if (
        kind == "boolean"
        and shape.booleans
        and shape.booleans not in {("true", "false"), ("yes", "no"), ("y", "n"), ("1", "0")}
    ):
        return [f"trueValues: {flow([shape.booleans[0]])}", f"falseValues: {flow([shape.booleans[1]])}"]
    if shape.kind == "time":
        return [r"pattern: '\d{1,2}:\d{2}(:\d{2})?( ?[AaPp][Mm])?'"]
    return []


def _has_decimal_comma(export: Export, column: Column) -> bool:
    """Whether a number is written with a decimal comma; 2,000 is two where the export's other numbers have one."""
    if column.shape.decimal == ",":
        return True
    others = any(other.shape.kind == "number" and other.shape.decimal == "," for other in export.columns)
    unclear = all(re.fullmatch(r"-?\d+(,\d{3})?", value) for value in column.values)
    return others and column.shape.is_money and not column.shape.currency and unclear


def _reading(export: Export, column: Column, kind: str) -> list[str]:
    shape, lines = column.shape, []
    if kind == "timestamp" and not shape.epoch and shape.written is not None and not shape.written.has_offset:
        known = shape.written.zone or zone_behind(column.source)
        zone = known or export.zone
        comment = "" if known else "  # UNSURE: in which zone does the source write its times?"
        lines.append(f"    timeZone: {zone}{comment if zone == 'UTC' else ''}")
    if shape.written is not None and shape.written.doubt:
        lines.append(f"    # UNSURE: {shape.written.doubt}")
    if kind == "number" and _has_decimal_comma(export, column):
        lines.append("    decimalSeparator: ','")
    if shape.prefix:
        lines.append(f"    trimPrefixes: [{json.dumps(shape.prefix)}]")
    if shape.nothing:
        lines.append(f"    nullValues: {flow(shape.nothing)}")
    return lines


def _outcome(export: Export, column: Column, kind: str, *, is_required: bool) -> list[str]:
    """What is not needed must not refuse a row; an order whose amount cannot be read is refused, not counted as 0."""
    is_amount = column.meaning in _MONEY | {"quantity"} and column.owner != "other"
    if is_required or (export.kind == "orders" and is_amount and kind in {"integer", "number"}):
        return []
    if kind in {"date", "timestamp"}:
        return ["    onFail: {type: 'null', future: ignore}"]
    if kind != "string" or column.shape.kind == "time":
        return ["    onFail: 'null'"]
    return []


def feed_yaml(export: Export, tables: Sequence[str], globs: Sequence[str]) -> str:
    """The feed of an export."""
    look = export.looks[0]
    lines = [
        f"feed: {export.name}",
        f"description: {scalar(f'Draft: {KINDS[export.kind]} of {export.source}.')}",
        f"source: {scalar(export.source)}",
        "files:  # globs below the inbox; narrow them when they catch other files too",
        *(f"  - {scalar(glob)}" for glob in globs),
        "form:",
        f"  type: {look.kind}",
    ]
    if look.sheet:
        lines.append(f"  sheet: {scalar(look.sheet)}")
    if look.kind == "csv" and look.delimiter != ",":
        lines.append(f"  delimiter: {json.dumps(look.delimiter)}")
    if look.kind == "csv" and look.quote != '"':
        lines.append(f"  quote: {json.dumps(look.quote)}")
    if look.kind != "parquet" and look.encoding != "utf-8":
        lines.append(f"  encoding: {look.encoding}")
    skipped = [each.skip_lines for each in export.looks if each.skip_lines]
    if skipped:
        lines.append(f"skipLines: {scalar('|'.join(dict.fromkeys(skipped)))}  # titles and totals are no rows")
    lines += [f"contract: {export.name}", "tables:", *(f"  - {table}" for table in tables)]
    return "\n".join(lines) + "\n"


_VARYING = re.compile(
    r"\d{4}[-_.]\d{2}[-_.]\d{2}([-_T ]*\d{2}[-_.:]?\d{2}([-_.:]?\d{2})?)?|(?<!\d)(19|20)\d{6}(?!\d)"
    r"|(?<![A-Za-z])(?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[-_ ]+\d{1,2}(?!\d)"
    r"|[0-9a-f]{8}-[0-9a-f-]{20,}|(?<![a-z0-9])(?=[0-9a-f]*\d)[0-9a-f]{6,}(?![a-z0-9])|\d{2,}|(?<=[\W_])\d$"
)


def globs_of(names: Sequence[str]) -> list[str]:
    """Globs for files of these names and their followers: dates and numbers in them may change."""
    found = []
    for name in names:
        stem, dot, ending = name.partition(".")
        loose = re.sub(r"\*[\W_]*\*", "*", _VARYING.sub("*", stem))
        loose = re.sub(r"\s*\(\d+\)$", "*", loose)
        loose = re.sub(r"\[", "[[]", loose)
        if len(loose.replace("*", "")) < 3:
            loose = re.sub(r"(?<=[A-Za-z][\W_])\d+$", "[0-9]*", stem)
        found.append(f"{loose}{'' if loose.endswith('*') else '*'}{dot}{ending}")
    return list(dict.fromkeys(found))


def name_of(names: Sequence[str]) -> str:
    """A feed name out of what file names have in common; empty when that is nothing but numbers."""
    stems = [_VARYING.sub(" ", PurePath(name).name.partition(".")[0].lower()) for name in names]
    shared = [word for word in re.findall(r"[a-z]{2,}", stems[0]) if all(word in stem for stem in stems)]
    kept = [word for word in shared if word not in {"export", "exports", "data", "download", "report", "all"}] or shared
    return "_".join(kept)
