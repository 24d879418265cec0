"""Turn a contract into one SQL pass: typed values, and for every row why it breaks which promise.

The pass reads ``staged`` (one text column per property) and gives the typed properties, ``_reasons``
(codes that refuse the row) and ``_notes`` (codes that are told but refuse nothing). A code is
``<reason>:<column>`` or ``rule:<name>``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from cdp.contracts import Contract, Property
from cdp.contracts.model import Reference
from cdp.ingest.reasons import Reason
from cdp.ingest.values import cleaned, kept, plain, typed
from cdp.ingest.values import quoted as quoted
from cdp.ingest.values import text as text
from cdp.ingest.values import text_list as text_list


def key_sql(contract: Contract, of: str = "") -> str:
    """Text that names what a row speaks of: its key columns, joined so that no two keys look alike."""
    parts = [f"replace(coalesce({of}{quoted(name)}::varchar, ''), '|', '||')" for name in contract.key]
    return " || ' | ' || ".join(parts)


def version_sql(contract: Contract) -> str:
    """The change time of a row, or null."""
    return f"{quoted(contract.version)}::timestamp" if contract.version else "null::timestamp"


@dataclass(frozen=True)
class Check:
    """One promise about one column: a condition that is true where it is broken."""

    reason: Reason
    column: str
    broken: str
    outcome: str

    @property
    def code(self) -> str:
        """Reason code of a row that breaks the promise."""
        return f"{self.reason}:{self.column}"


def _limits(item: Property, raw: str, value: str) -> str:
    options = item.logical_type_options
    limits = [
        (options.minimum, f"{value} < {options.minimum!r}"),
        (options.maximum, f"{value} > {options.maximum!r}"),
        (options.earliest, f"{value} < date '{options.earliest}'"),
        (options.latest, f"{value} >= date '{options.latest}' + interval 1 day"),
        (options.max_length, f"length({raw}) > {options.max_length}"),
    ]
    return " or ".join(broken for limit, broken in limits if limit is not None)


def reference_table(reference: Reference) -> str:
    """Name of the table (column ``value``) of everything that the other feed has delivered."""
    return f"known__{reference.feed}__{reference.column}"


def _foreign(item: Property, raw: str) -> str | None:
    """A currency sign or code in the text that is not the column's own, where it names one."""
    if item.currency is None:
        return None
    signs = {"EUR": "€", "GBP": "£", "USD": "$", "INR": "₹"}
    own = text_list([item.currency, signs.get(item.currency, item.currency)])
    return f"not list_has_all({own}, regexp_extract_all({raw}, '[A-Z]{{3}}|[$£€₹]'))"


def checks_of(item: Property, key: str = "null", known: Collection[str] = ()) -> list[Check]:
    """Promises of one column, in the order in which they are told. Raw text is ``t``, typed value ``_v``.

    ``key`` is SQL for a row's key, ``known`` the reference tables that are there.
    """
    raw, value = f"t.{quoted(item.name)}", f"_v.{quoted(item.name)}"
    options, on_fail = item.logical_type_options, item.on_fail
    found: list[Check] = []

    def add(reason: Reason, broken: str | None, outcome: str) -> None:
        if broken and outcome != "ignore":
            found.append(Check(reason, item.name, broken, outcome))

    def unless_kept(broken: str) -> str:
        return f"case when t.{_kept(item)} then false else {broken} end" if _is_kept(item) else broken

    add(Reason.required, f"{raw} is null" if item.required else None, on_fail.required)
    add(Reason.currency, _foreign(item, raw), on_fail.currency)
    if item.logical_type != "string":
        add(Reason.type, f"{raw} is not null and {value} is null", on_fail.type)
    if options.pattern is not None:
        add(Reason.pattern, unless_kept(f"not regexp_full_match({raw}, {text(options.pattern)})"), on_fail.pattern)
    add(Reason.range, _limits(item, raw, value), on_fail.range)
    if options.values:
        allowed = text_list([entry.lower() for entry in options.values])
        add(Reason.values, unless_kept(f"not list_contains({allowed}, lower({raw}))"), on_fail.values)
    if item.unique:
        first = f"first_value({key}) over (partition by {value} order by t._row)"
        add(Reason.unique, f"{value} is not null and {first} <> {key}", on_fail.unique)
    if item.references and reference_table(item.references) in known:
        table = quoted(reference_table(item.references))
        add(Reason.reference, f"{value}::varchar not in (select value from {table})", on_fail.reference)
    if item.logical_type in {"date", "timestamp"}:
        _add_future(item, value, add)
    return found


def _add_future(item: Property, value: str, add: Callable[[Reason, str, str], None]) -> None:
    outcome = item.on_fail.future
    slack = " + interval 14 hour" if item.time_zone == "local" or item.logical_type == "date" else ""
    late = f"{value} >= $as_of{slack}"
    if outcome in {"reject", "null"}:
        add(Reason.future, f"{late} + interval 1 day", outcome)
        add(Reason.future, f"{late} and {value} < $as_of{slack} + interval 1 day", "warn")
    else:
        add(Reason.future, late, outcome)


def _codes(broken: Sequence[tuple[str, str]]) -> str:
    if not broken:
        return "[]::varchar[]"
    cases = ", ".join(f"case when {condition} then {text(code)} end" for code, condition in broken)
    told = f"list_filter([{cases}], lambda code: code is not null)"
    return f"case when {_any(broken)} then {told} else []::varchar[] end"  # few rows need a list built


def _more_codes(codes: str, broken: Sequence[tuple[str, str]]) -> str:
    return f"case when {_any(broken)} then list_concat({codes}, {_codes(broken)}) else {codes} end" if broken else codes


def _any(broken: Sequence[tuple[str, str]]) -> str:
    return " or ".join(f"coalesce({condition}, false)" for _, condition in broken)


def _as_text(contract: Contract, item: Property) -> str:
    """The cleaned text of a column; of one that joins others, theirs, while the first of them is there."""
    if item.joins:
        parts = [cleaned(contract.find(name), quoted(name)) for name in item.joins]
        return f"case when {parts[0]} is not null then concat_ws(' ', {', '.join(parts)}) end"
    source = quoted(item.name)
    text_of_any = cleaned(item, source)
    if _is_kept(item):
        return f"case when {_kept(item)} then {source} else {text_of_any} end"
    return f"case when {_plain(item)} is null then {text_of_any} else {source} end" if _is_plain(item) else text_of_any


def _is_kept(item: Property) -> bool:
    return kept(item, quoted(item.name)) is not None


def _kept(item: Property) -> str:
    return quoted(f"_kept_{item.name}")


def _is_plain(item: Property) -> bool:
    return plain(item, quoted(item.name)) is not None


def _plain(item: Property) -> str:
    return quoted(f"_plain_{item.name}")


def _value(item: Property) -> str:
    return f"coalesce(t.{_plain(item)}, {typed(item)})" if _is_plain(item) else typed(item)


def contract_sql(
    contract: Contract,
    staged: str = "staged",
    known: Collection[str] = (),
    carried: Mapping[str, str] | None = None,
    *,
    is_sieve: bool = False,
) -> str:
    """The whole pass as one select over ``staged`` (``_row`` plus one text column per property).

    ``is_sieve``: it gives the rows that nothing refuses, without ``_reasons``; this is cheaper to plan.

    Parameter ``$as_of`` is the exclusive end of the business date, UTC. ``known`` are the reference tables that are
    there (``reference_table``); a reference to another one is not held. ``carried`` are columns that the result has
    besides, by name, as SQL over ``staged``.
    """
    names = [item.name for item in contract.properties]
    key = key_sql(contract, "_v.")
    checks = [check for item in contract.properties for check in checks_of(item, key, known)]
    rules = [(f"rule:{rule.name}", f"not ({rule.must})", rule.on_fail, rule.column) for rule in contract.row_rules]
    refusing = [(check.code, check.broken) for check in checks if check.outcome == "reject"]
    telling = [(check.code, check.broken) for check in checks if check.outcome in {"warn", "null"}]
    clearing = {
        name: [check.broken for check in checks if check.column == name and check.outcome == "null"] for name in names
    }

    def cleared(name: str) -> str:
        conditions = " or ".join(f"({condition})" for condition in clearing[name])
        value = f"_v.{quoted(name)}"
        chosen = f"case when {conditions} then null else {value} end" if conditions else value
        return f"{chosen} as {quoted(name)}"

    rule_clears = {
        name: " or ".join(f"({broken})" for _, broken, outcome, column in rules if outcome == "null" and column == name)
        for name in names
    }
    final = [
        f"case when {broken} then null else {quoted(name)} end as {quoted(name)}" if broken else quoted(name)
        for name, broken in rule_clears.items()
    ]
    refusing_rules = [(code, broken) for code, broken, outcome, _ in rules if outcome == "reject"]
    telling_rules = [(code, broken) for code, broken, outcome, _ in rules if outcome in {"warn", "null"}]
    typed_columns = ",\n            ".join(f"{quoted(item.name)} := {_value(item)}" for item in contract.properties)
    cleaned_columns = ",\n        ".join(
        f"{_as_text(contract, item)} as {quoted(item.name)}" for item in contract.properties
    )
    ahead = [(_plain(item), plain(item, quoted(item.name))) for item in contract.properties]
    ahead += [(_kept(item), kept(item, quoted(item.name))) for item in contract.properties]
    short_ways = [(name, sql) for name, sql in ahead if sql is not None]
    found_ahead = "".join(f",\n        {sql} as {name}" for name, sql in short_ways)
    kept_ahead = "".join(f",\n        {name}" for name, _ in short_ways)
    made = "".join(f",\n        {sql} as {quoted(name)}" for name, sql in (carried or {}).items())
    kept_too = "".join(f",\n        {quoted(name)}" for name in carried or {})
    reasons, only_good = f"{_more_codes('_column_reasons', refusing_rules)} as _reasons,\n    ", ""
    if is_sieve:
        reasons, only_good = "", f"where not (_is_refused{''.join(f' or {_any([rule])}' for rule in refusing_rules)})\n"
    refused = f"{_any(refusing) or 'false'} as _is_refused" if is_sieve else f"{_codes(refusing)} as _column_reasons"
    return f"""
with delivered as (
    select
        _row,
        {", ".join(quoted(item.name) for item in contract.properties)}{found_ahead}{made}
    from {quoted(staged)}
),
texts as (
    select
        _row,
        {cleaned_columns}{kept_ahead}{kept_too}
    from delivered
),
typed as (
    select
        *,
        struct_pack(
            {typed_columns}
        ) as _v
    from texts as t
),
columns_judged as (
    select
        t._row,
        {", ".join(cleared(name) for name in names)},
        {refused},
        {_codes(telling)} as _column_notes{kept_too}
    from typed as t
)
select
    _row,
    {", ".join(final)},
    {reasons}{_more_codes("_column_notes", telling_rules)} as _notes{kept_too}
from columns_judged
{only_good}"""
