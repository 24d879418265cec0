"""Values as SQL: identifiers and literals, delivered text without its wrapping, text in its logical type."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cdp.contracts import Property

_INTEGER = r"^[+-]?\d+([.]0+)?$"
_NUMBER = r"^[+-]?(\d+([.]\d*)?|[.]\d+)$"
_COMMA_NUMBER = r"^[+-]?([1-9]\d{0,2}([.]\d{3})+|\d+)(,\d*)?$"
_ISO = r"^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}([.]\d+)?)?( ?(Z|UTC|[+-]\d{2}(:?\d{2})?))?)?$"
_BLANKS = " \t\r\n\u00a0\u202f\u2009"
_NEVER_BLANK = re.compile(  # patterns of which no part fits a blank
    r"(?:[\w#:@/%&=,;~<>!\"'{}|()?*+^$-]|\\[dw.+*?()/-]|\[(?!\^)[\w.#:@/+-]+\])+", re.ASCII
)
_PLAIN = "^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}:[0-9]{2})?$"  # what most times look like


def quoted(name: str) -> str:
    """A SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    """A SQL text literal."""
    return "'" + value.replace("'", "''") + "'"


def text_list(values: Sequence[str]) -> str:
    """A SQL list of text literals."""
    return "[" + ", ".join(text(value) for value in values) + "]"


def cleaned(item: Property, source: str) -> str:
    """Delivered text without blanks and known prefixes; empty and null spellings become null."""
    is_bare = f"{source} between '!' and '~' and {source}[-1] between '!' and '~'"  # a fifth of what trimming costs
    value = f"case when {is_bare} then {source} else trim({source}, {text(_BLANKS)}) end"
    if item.trim_prefixes:
        prefixes = "|".join(re.sub(r"[^\w']|_", r"\\\g<0>", prefix) for prefix in item.trim_prefixes)
        value = f"trim(regexp_replace({value}, {text(f'^({prefixes})')}, ''))"
    elif not item.null_values:
        return f"case when {is_bare} then {source} else nullif(trim({source}, {text(_BLANKS)}), '') end"
    if not item.null_values:
        return f"nullif({value}, '')"
    nulls = text_list(["", *item.null_values])
    return f"case when list_contains({nulls}, {value}) then null else {value} end"


def _parsed(item: Property, value: str) -> str:
    """A timestamp (naive UTC, or naive as delivered when its zone is local) or null."""
    options = item.logical_type_options
    if options.epoch:
        number = f"try_cast(case when regexp_matches({value}, '^[0-9]+$') then {value} end as bigint)"
        units = {"seconds": f"epoch_ms({number} * 1000)", "milliseconds": f"epoch_ms({number})"}
        return units.get(options.epoch, f"make_timestamp({number})")

    def one(formats: Sequence[str]) -> str:
        zoned = [fmt for fmt in formats if "%z" in fmt]
        naive = [fmt for fmt in formats if "%z" not in fmt]
        # One format per call: with %z in a list, DuckDB 2.0 takes 31 February for 3 March.
        numeric = f"regexp_replace({value}, '(Z|UTC|GMT)$', '+0000')"
        tries = [f"try_strptime({numeric}, {text(fmt)})::timestamp" for fmt in zoned]
        if naive:
            tries.append(_in_zone(item, f"try_strptime({value}, {text_list(naive)})"))
        return f"coalesce({', '.join(tries)})"

    if options.format_by:
        branches = " ".join(
            f"when {text(key)} then {one(formats)}" for key, formats in sorted(options.format_by.items())
        )
        fallback = f" else {one(options.format)}" if options.format else ""
        return f"case {quoted(options.format_column or '')} {branches}{fallback} end"
    if options.format:
        return one(options.format)
    plain = (
        f"regexp_replace(regexp_replace(replace({value}, ' UTC', 'Z'), '(:[0-9.]+) ?([+-][0-9]{{2}})$', '\\1\\2:00'), "
        "' ?([+-][0-9]{2}):?([0-9]{2})$', '\\1:\\2')"
    )
    iso = f"case when regexp_matches({value}, {text(_ISO)}) then {plain} end"
    offset = f"regexp_matches({value}, '(Z|UTC|:[0-9.]+ ?[+-][0-9]{{2}}(:?[0-9]{{2}})?)$') and length({value}) > 10"
    naive_iso = _in_zone(item, f"try_cast({iso} as timestamp)")
    as_is = _in_zone(item, f"try_cast({value} as timestamp)")
    return (
        f"case when regexp_matches({value}, {text(_PLAIN)}) then {as_is} "
        f"when {offset} then try_cast({iso} as timestamptz)::timestamp else {naive_iso} end"
    )


def _in_zone(item: Property, naive: str) -> str:
    if item.time_zone in {None, "local", "UTC"} or item.logical_type == "date":
        return f"{naive}::timestamp"
    return f"timezone('UTC', timezone({text(item.time_zone or '')}, {naive}::timestamp))"


def _money(value: str, decimal: str) -> str:
    """The number within money text: without sign or code of the currency; brackets and a trailing minus are a minus."""
    bare = f"regexp_replace({value}, '[$£€¥₹\\s\u00a0\u202f\u2009]|^[A-Z]{{3}}|[A-Z]{{3}}$', '', 'g')"
    signed = f"regexp_replace(regexp_replace({bare}, '^[(](.*)[)]$', '-\\1'), '^([^-].*)-$', '-\\1')"
    if decimal == ",":
        return signed
    grouped = f"regexp_matches({signed}, '^[+-]?[0-9]{{1,3}}(,[0-9]{{3}})+([.][0-9]*)?$')"
    return f"case when {grouped} then replace({signed}, ',', '') else {signed} end"


def plain(item: Property, source: str) -> str | None:
    """The value of delivered text that is written just as the engine writes it, else null; ``None`` where all texts
    must be looked at.

    Most values are plain, and telling so costs a third of cleaning and matching them. For a plain text it is the value
    that ``typed`` gives for the cleaned one.
    """
    options = item.logical_type_options
    if item.joins or item.trim_prefixes or item.null_values or options.format or options.format_by or options.epoch:
        return None
    match item.logical_type:
        case "integer":
            kind, condition = "bigint", "{value}::varchar = {source}"
        case "number" if item.decimal_separator == "." and not options.money_text:
            kind, condition = f"decimal(18, {options.scale})", "starts_with({value}::varchar, {source})"
        case "date":
            kind, condition = "date", "{value}::varchar = {source} and strlen({source}) = 10"
        case "timestamp":
            kind, condition = "timestamp", "{value}::varchar = {source} and strlen({source}) = 19"
        case _:
            return None
    value = f"try_cast({source} as {kind})"
    found = _in_zone(item, value) if item.logical_type == "timestamp" else value
    return f"case when {condition.format(value=value, source=source)} then {found} end"


def kept(item: Property, source: str) -> str | None:
    """Condition under which delivered text needs no cleaning and keeps the promises of pattern and values; ``None``
    where all texts must be looked at.

    Most texts are as they should be, and asking that first saves to look for blanks around them.
    """
    options = item.logical_type_options
    if item.logical_type != "string" or item.joins or item.trim_prefixes or item.null_values:
        return None
    conditions = []
    if options.pattern is not None:
        if not _NEVER_BLANK.fullmatch(options.pattern):
            return None
        conditions.append(f"{source} <> '' and regexp_full_match({source}, {text(options.pattern)})")
    if options.values:
        bare = [value for value in options.values if value and value == value.strip()]
        if not bare:
            return None
        conditions.append(f"list_contains({text_list(bare)}, {source})")
    return " and ".join(conditions) or None


def typed(item: Property) -> str:
    """The value in its logical type, or null when the text is not of that type."""
    value, options = quoted(item.name), item.logical_type_options
    match item.logical_type:
        case "integer":
            whole = f"case when regexp_matches({value}, {text(_INTEGER)}) then split_part({value}, '.', 1) end"
            return f"try_cast({whole} as bigint)"
        case "number":
            plain = value = _money(value, item.decimal_separator) if options.money_text else value
            if item.decimal_separator == ",":
                whole = f"case when regexp_matches({value}, {text(_COMMA_NUMBER)}) then {value} end"
                plain = f"replace(replace({whole}, '.', ''), ',', '.')"
            matched = f"case when regexp_matches({plain}, {text(_NUMBER)}) then {plain} end"
            return f"try_cast({matched} as decimal(18, {options.scale}))"
        case "boolean":
            true, false = (
                text_list([value.lower() for value in values]) for values in (options.true_values, options.false_values)
            )
            return (
                f"case when list_contains({true}, lower({value})) then true "
                f"when list_contains({false}, lower({value})) then false end"
            )
        case "date":
            return f"try_cast({_parsed(item, value)} as date)"
        case "timestamp":
            return _parsed(item, value)
        case "object" | "array":
            return f"try_cast({value} as json)"
        case _:
            return value
