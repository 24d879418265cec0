"""From files to a drafted feed: look, describe, understand, write."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cdp.engines import Engine
from cdp.errors import IngestError
from cdp.ingest.draft import behaviour, people, rates, returns, sales, service, statements
from cdp.ingest.draft.export import KINDS, Export, understand
from cdp.ingest.draft.look import Look, look_at
from cdp.ingest.draft.meanings import Column, describe, listed
from cdp.ingest.draft.said import with_said
from cdp.ingest.draft.service import TICKET_TIMES
from cdp.ingest.draft.sqltext import Moments
from cdp.ingest.draft.trade import ORDER_TIMES, trade_of
from cdp.ingest.draft.yamltext import contract_yaml, feed_yaml, globs_of, name_of


@dataclass(frozen=True)
class Draft:
    """A drafted feed: the text of every file by its path in the workspace, and what a person should know."""

    feed: str
    about: str
    files: Mapping[str, str]
    columns: Sequence[Column]
    doubts: Sequence[str]


def draft_feed(
    paths: Sequence[Path],
    engine: Engine,
    *,
    name: str | None = None,
    source: str | None = None,
    zone: str = "UTC",
    channel: str = "",
    currency: str = "",
    default_currency: str = "",
    globs: Sequence[str] = (),
    said: Mapping[str, str] | None = None,
) -> Draft:
    """Draft a feed from files of one export; ``said`` gives meanings by column where the guess is wrong.

    Raises ``IngestError`` when the files cannot be read, or say nothing of use, ``UsageError`` for what cannot be said.
    """
    looks = [look_at(path, engine) for path in paths]
    _must_agree(looks)
    feed = name or name_of([path.name for path in paths])
    month_first = zone.startswith("America/") and zone not in {"America/Sao_Paulo", "America/Mexico_City"}
    sources, left_out = listed(looks)
    columns = with_said(describe(looks, sources, month_first=True if month_first else None), said or {})
    export = Export(feed, source or feed.partition("_")[0], looks, columns, zone, currency, channel)
    for look in looks:
        for note in look.notes:
            export.doubt(note)
    if left_out:
        export.doubt(
            f"{left_out:,} of {left_out + len(sources):,} columns are left out, and not read: write those that you "
            "want under properties, and say in the SQL files what becomes of them"
        )
    for column in columns:
        if column.values and column.shape.written is not None and column.shape.written.doubt:
            export.doubt(f"{column.source}: {column.shape.written.doubt}")
    understand(export)
    export.currency = (default_currency or "EUR") if export.kind == "rates" else export.currency or default_currency
    if not feed:
        feed = export.name = f"{export.kind}_export"
    mappings = _mappings(export)
    required = _required(export)
    files = {
        f"pipelines/feeds/{feed}/feed.yaml": feed_yaml(
            export, list(mappings), globs or globs_of([path.name for path in paths])
        ),
        f"schemas/exports/{feed}.yaml": contract_yaml(export, required),
        **{f"pipelines/feeds/{feed}/{table}.sql": sql for table, sql in mappings.items()},
    }
    return Draft(feed, KINDS[export.kind], files, columns, tuple(export.doubts))


def _must_agree(looks: Sequence[Look]) -> None:
    for look in looks[1:]:
        if look.form != looks[0].form:
            raise IngestError(
                f"{look.path.name} and {looks[0].path.name} are written in different ways",
                "draft one feed for each kind of file",
            )


def _required(export: Export) -> list[Column]:
    """What every row needs: the key, the change time, and the instant of what happened."""
    if export.kind == "rates":
        return rates.required_columns(export)
    found = [*export.key, *([export.version] if export.version else [])]
    when = {
        "events": ("occurred_at", "created_at", "received_at", "sent_at"),
        "orders": ("created_at", "occurred_at", "closed_at", "updated_at"),
        "tickets": ("created_at", "occurred_at", "updated_at"),
        "survey": ("responded_at", "created_at", "occurred_at", "updated_at"),
    }.get(export.kind, ())
    moments = Moments(export, *when) if when else None
    if moments and moments.column is not None and moments.column.filled > 0.95:
        found.append(moments.column)
        if moments.is_joined and moments.clock is not None and moments.clock.filled > 0.95:
            found.append(moments.clock)
    return found


_Makers = Mapping[str, Callable[[Export], str | None]]
_PEOPLE: _Makers = {"identity_records": people.records_sql, "record_identifiers": people.identifiers_sql}
_MAKERS: Mapping[str, _Makers] = {
    "events": {
        "identity_records": behaviour.records_sql,
        "record_identifiers": behaviour.identifiers_sql,
        "touchpoints": behaviour.touchpoints_sql,
    },
    "products": {"products": service.products_sql},
    "rates": {"exchange_rates": rates.rates_sql},
    "customers": {**_PEOPLE, "consents": statements.consent_sql},
    "leads": {**_PEOPLE, "touchpoints": service.lead_touchpoints_sql, "consents": statements.consent_sql},
    "tickets": {**_PEOPLE, "tickets": service.tickets_sql, "touchpoints": service.ticket_touchpoints_sql},
    "survey": {**_PEOPLE, "survey_responses": service.survey_sql, "touchpoints": service.survey_touchpoints_sql},
    "consent_log": {**_PEOPLE, "consents": statements.consent_log_sql},
}


def _mappings(export: Export) -> dict[str, str]:
    if export.kind == "orders":
        return _of_orders(export)
    made = {table: maker(export) for table, maker in _MAKERS[export.kind].items()}
    if export.kind == "tickets" and not export.has(*TICKET_TIMES):
        export.doubt("no column says when tickets were opened: tickets are left out; --as COLUMN=created_at says it")
        made = {table: made[table] for table in _PEOPLE}
    return {table: sql for table, sql in made.items() if sql is not None}


def _of_orders(export: Export) -> dict[str, str]:
    built = trade_of(export)
    made = {
        "identity_records": sales.records_sql(export, built),
        "record_identifiers": sales.identifiers_sql(export, built),
        "orders": sales.orders_sql(export, built),
        "order_lines": sales.lines_sql(export, built),
        "returns": returns.returns_sql(export, built),
        "products": sales.products_sql(export, built),
        "touchpoints": sales.touchpoints_sql(export, built),
        "consents": statements.consent_sql(export, built.key, built.moment),
    }
    if not export.has(*ORDER_TIMES):
        export.doubt("no column says when it was ordered: orders are left out; --as COLUMN=created_at says it")
        made = {table: made[table] for table in (*_PEOPLE, "products", "consents")}
    return {table: sql for table, sql in made.items() if sql is not None}
