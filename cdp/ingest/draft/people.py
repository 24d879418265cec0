"""Mapping SQL of what an export says of persons: identity records and identifiers."""

from __future__ import annotations

from collections.abc import Sequence

from cdp.ingest.checks import text
from cdp.ingest.draft.export import Export
from cdp.ingest.draft.meanings import Column
from cdp.ingest.draft.order_key import order_key
from cdp.ingest.draft.sqltext import Moments, country_of, file_of, key_text, select

RECORD_KINDS = {
    "customers": "account", "leads": "contact", "tickets": "ticket", "survey": "survey", "consent_log": "consent",
    "events": "device", "orders": "order",
}  # fmt: skip
_NAME_PARTS = ("title", "first_name", "middle_name", "last_name", "suffix")
_ADDRESS = ("street", "city", "region", "postcode", "country")
_HOME_OF = {
    "Europe/Berlin": "DE", "Europe/Paris": "FR", "Europe/Madrid": "ES", "Atlantic/Canary": "ES", "Europe/Rome": "IT",
    "Europe/Amsterdam": "NL", "Europe/Brussels": "BE", "Europe/Vienna": "AT", "Europe/Zurich": "CH",
    "Europe/London": "GB", "Europe/Dublin": "IE", "Europe/Lisbon": "PT", "Europe/Warsaw": "PL", "Europe/Prague": "CZ",
    "Europe/Stockholm": "SE", "Europe/Oslo": "NO", "Europe/Copenhagen": "DK", "Europe/Helsinki": "FI",
    "America/New_York": "US", "America/Chicago": "US", "America/Denver": "US", "America/Los_Angeles": "US",
    "America/Toronto": "CA", "America/Vancouver": "CA", "America/Sao_Paulo": "BR", "America/Mexico_City": "MX",
    "Australia/Sydney": "AU", "Australia/Melbourne": "AU", "Pacific/Auckland": "NZ",
}  # fmt: skip
_PERSON_OWNERS = ("person", "billing", "", "mailing", "second")


def name_fields(export: Export) -> list[tuple[str, str]]:
    """(SQL, column) of names: the parts, or the full name where there are none."""
    owners = ("billing", "person", "", "mailing", "shipping") if export.kind == "orders" else _PERSON_OWNERS
    for owner in owners:
        parts = [
            (value, part) for part in _NAME_PARTS if (value := _first_filled(export.all_of(part, owners=(owner,))))
        ]
        if (link := export.first_of("name_link", owners=(owner,))) is not None:
            parts = [(f"concat_ws(' ', {link.name}, {v})" if part == "last_name" else v, part) for v, part in parts]
        given = [value for value, part in parts if part in {"first_name", "last_name"}]
        if given:
            whole = _first_filled(export.all_of("full_name", owners=(owner,)))
            spare = [(f"case when coalesce({', '.join(given)}) is null then {whole} end", "full_name")] if whole else []
            return parts + spare
    for owner in owners:
        if (column := export.first_of("full_name", owners=(owner,))) is not None:
            return [(column.name, "full_name")]
    return []


def _first_filled(columns: Sequence[Column]) -> str:
    names = [column.name for column in columns]
    return f"coalesce({', '.join(names)})" if len(names) > 1 else "".join(names)


def address_owner(export: Export) -> str | None:
    """Whose address is taken: that of which most is known, billing before shipping."""
    owners = ("billing", "", "person", "mailing", "company", "shipping", "second")
    known = {owner: sum(export.first_of(part, owners=(owner,)) is not None for part in _ADDRESS) for owner in owners}
    best = max(owners, key=lambda owner: (known[owner], -owners.index(owner)))
    return best if known[best] else None


def person_fields(export: Export) -> list[tuple[str, str]]:
    """(SQL, column) of everything an identity record may hold, from the columns as they stand."""
    found = name_fields(export)
    for meaning in ("birth_date", "gender"):
        if (column := export.first_of(meaning)) is not None and (
            meaning != "birth_date" or column.shape.kind == "date"
        ):
            found.append((column.name, meaning))
    company = export.first_of("company")
    if company is not None and (company.distinct > 1 or len(company.values) < 2):  # one in all rows is the seller
        found.append((company.name, "company"))
    owner = address_owner(export)
    if owner is None:
        return found
    for meaning in _ADDRESS:
        column = export.first_of(meaning, owners=(owner,)) or (
            export.first_of(meaning, owners=("",)) if owner != "shipping" else None
        )
        if column is not None:
            found.append(
                (_street(export, owner, column) if meaning == "street" else _place(export, meaning, column), meaning)
            )
    return found


def _street(export: Export, owner: str, street: Column) -> str:
    number = export.first_of("house_number", owners=(owner,))
    more = export.first_of("street2", owners=(owner,))
    first_lines = [
        column for column in export.all_of("street", owners=(owner,)) if column.source.rstrip().endswith("1")
    ]
    street = first_lines[0] if more and first_lines else street
    written = f"concat_ws(' ', {street.name}, {number.name})" if number else street.name
    return f"nullif(concat_ws(', ', {written}, {more.name}), '')" if more else written


def _place(export: Export, meaning: str, column: Column) -> str:
    return country_of(export, column) if meaning == "country" else column.name


def identifier_columns(export: Export) -> list[tuple[str, str, str]]:
    """(identifier type, SQL of the value, SQL of the country hint) of everything that points to a person."""
    found: list[tuple[str, str, str]] = []
    found += [("email", column.name, "null") for column in export.all_of("email", owners=_PERSON_OWNERS)]
    if phones := export.all_of("phone", owners=(*_PERSON_OWNERS, "company")):
        country = _country_hint(export)
        found += [("phone", column.name, country) for column in phones]
    for meaning, kind in (
        ("loyalty_card", "loyalty_card"),
        ("anonymous_id", "anonymous_id"),
        ("device_id", "device_id"),
    ):
        if export.kind in {"events", "customers", "leads", "consent_log"} or kind == "loyalty_card":
            owners = (*_PERSON_OWNERS, "device")
            found += [(kind, as_text(column), "null") for column in export.all_of(meaning, owners=owners)[:1]]
    found += _customer_numbers(export)
    if export.kind in {"tickets", "survey", "events"}:
        found += [("order_id", as_text(column), "null") for column in export.all_of("order_id")[:1]]
    if export.kind == "orders":
        found.append(("order_id", order_key(export), "null"))
    return found


def _country_hint(export: Export) -> str:
    owners = ("billing", "", "person", "mailing", "shipping")
    columns = (export.first_of("country", owners=(owner,)) for owner in owners)
    known = next((country_of(export, column) for column in columns if column is not None), None)
    if known is None and (home := _HOME_OF.get(export.zone)):
        export.doubt(f"phone numbers without a country code are taken for numbers of {home}, because of the time zone")
        return text(home)
    return known or "null"


def _customer_numbers(export: Export) -> list[tuple[str, str, str]]:
    columns = [column for column in export.all_of("customer_id", owners=(*_PERSON_OWNERS, "store")) if column.values]
    shop = [column for column in columns if export.kind == "tickets" and column.head.words.endswith("external_id")]
    columns = [column for column in columns if column not in shop][:1]
    if export.kind == "customers":
        columns = [column for column in columns if column.distinct > 0.9 * len(column.values)]
    if shop:
        export.doubt(f"{shop[0].source} is taken for the web shop's customer number")
        return [("shop_customer_id", as_text(shop[0]), "null"), *_support_number(columns)]
    if export.kind == "customers" and not columns:
        columns = [column for column in export.key if column.meaning == "own_id"]
    if not columns:
        return []
    kind = "support_user_id" if export.kind == "tickets" else "shop_customer_id"
    value = as_text(columns[0])
    if is_shop(export) or kind == "support_user_id":
        return [(kind, value, "null")]
    export.doubt(
        f"{columns[0].source} is taken for {export.source}'s own customer number and written as "
        f"'{export.source}-…', which meets only feeds with the same --source; when it is the web shop's number, take "
        "the prefix off in record_identifiers.sql"
    )
    return [(kind, f"{text(export.source + '-')} || {value}", "null")]


def _support_number(columns: Sequence[Column]) -> list[tuple[str, str, str]]:
    return [("support_user_id", as_text(column), "null") for column in columns]


def is_shop(export: Export) -> bool:
    """Whether customer numbers of the export are those of the web shop, or those that a tracker is told."""
    hint = f"{export.name} {export.source}".lower()
    return export.kind == "events" or any(word in hint for word in ("shopify", "web shop", "webshop", "woo", "magento"))


def as_text(column: Column) -> str:
    """The column as text."""
    return column.name if column.shape.kind in {"string", "time", "zone"} else f"cast({column.name} as varchar)"


def records_sql(export: Export) -> str:
    """identity_records of an export with one row per record."""
    first, last = observed(export)
    record = RECORD_KINDS[export.kind]
    items = [
        (f"{text(export.name + ':')} || {key_text(export)}", "record_id"),
        (text(export.name), "feed"),
        (key_text(export), "source_id"),
        (text(record), "record_kind"),
        (first.value, "first_observed_at"),
        (last, "last_observed_at"),
        *person_fields(export),
    ]
    return file_of(
        f"What a row of {export.source} says of its person.", "one row per record", [],
        ["select", *select(items), f"from {export.name}"],
    )  # fmt: skip


def observed(export: Export) -> tuple[Moments, str]:
    """When a record was first and last seen."""
    first = Moments(export, "created_at", "responded_at", "occurred_at", "sent_at", "updated_at")
    updated = export.version
    last = f"greatest({first.value}, {updated.name})" if updated and updated.name != first.value else first.value
    return first, last


def identifiers_sql(export: Export) -> str:
    """record_identifiers of an export with one row per record."""
    first, last = observed(export)
    rows = identifier_columns(export)
    key, seen = key_text(export), first.value
    body = union(
        [
            f"select {key} as source_id, {text(kind)} as identifier_type, {value} as identifier_value, "
            f"{country} as country, "
            f"{seen} as first_seen_at, {last} as last_seen_at"
            if number == 0
            else f"select {key}, {text(kind)}, {value}, {country}, {seen}, {last}"
            for number, (kind, value, country) in enumerate(rows)
        ],
        export.name,
    )
    select_lines = [
        "select",
        f"    {text(export.name + ':')} || source_id as record_id,",
        f"    {text(export.name)} as feed,",
        "    identifier_type,",
        "    identifier_value,",
        "    max(country) as country,",
        "    min(first_seen_at) as first_seen_at,",
        "    max(last_seen_at) as last_seen_at,",
        "    count(*) as count_seen",
        "from observed",
        "where identifier_value is not null",
        "group by source_id, identifier_type, identifier_value",
    ]
    return file_of(
        "What points from a record to a person.", "one row per record, identifier type and value",
        [["observed as (", *body, ")"]], select_lines,
    )  # fmt: skip


def union(selects: Sequence[str], table: str) -> list[str]:
    """Selects over one table, one after the other."""
    lines: list[str] = []
    for number, line in enumerate(selects):
        lines += ["    union all"] * (number > 0) + [f"    {line}", f"    from {table}"]
    return lines
