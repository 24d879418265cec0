"""Which tables a run publishes: one entry per table says its order, its stage and where its owner is known.

Adding a table to a stage is one entry here, one contract in ``schemas/tables`` and the step that makes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

TableStage = Literal["feeds", "identity", "profiles", "measures", "segments", "run"]

_OF_RECORD = "The customer to whom the record belongs"
_ANYBODY = "anonymous ones too (customers.is_anonymous tells). Null when it belongs to nobody."


@dataclass(frozen=True)
class Joined:
    """A column that is joined into a fact; feeds do not write it."""

    name: str
    type: str
    words: str


def _customer(who: str = _OF_RECORD) -> tuple[Joined, ...]:
    return (Joined("customer_id", "VARCHAR", f"{who}; {_ANYBODY}"),)


@dataclass(frozen=True)
class PublishedTable:
    """One table. ``order``: how it is sorted. ``stage``: who makes it.

    ``owner`` names the table that knows ``joined``, matched on ``key``; facts without one are published as they
    are. ``appended`` names a table of the profile stage whose rows stand below those of the feeds.
    ``is_published`` is false for what one stage only hands on to the next.
    """

    table: str
    order: str
    stage: TableStage = "feeds"
    owner: str = ""
    key: str = "record_id"
    joined: tuple[Joined, ...] = ()
    appended: str = ""
    is_published: bool = True

    def select(self) -> str:
        """The select that gives the table as it is published."""
        if not self.owner:
            return f"select * from {self.table}"
        columns = ", ".join(f"owner.{item.name}" for item in self.joined)
        own = (
            f"select {columns}, fact.* from {self.table} as fact "
            f"left join {self.owner} as owner on fact.{self.key} = owner.{self.key}"
        )
        return f"{own} union all by name select * from {self.appended}" if self.appended else own


def _of_record(table: str, order: str, appended: str = "") -> PublishedTable:
    return PublishedTable(table, order, owner="identity_map", joined=_customer(), appended=appended)


_COUNTED_AS = Joined(
    "counted_as",
    "VARCHAR",
    "purchase: tied to its customer by an e-mail, phone, card, account or order, or placed online; probable: only a "
    "name ties it; anonymous: nobody is known by it. Null when it counts nowhere (cancelled, or dated later).",
)
_IN_OWN_MONEY = "in the workspace's currency, by the rate of the day of the sale. Null when there is no rate."

TABLES: tuple[PublishedTable, ...] = (
    PublishedTable("customers", "customer_id", "identity"),
    PublishedTable("profiles", "customer_id", "profiles"),
    PublishedTable("households", "household_id", "profiles"),
    PublishedTable("profile_attributes", "customer_id, attribute, is_chosen desc, value, record_id", "profiles"),
    PublishedTable("identifiers", "customer_id, identifier_type, identifier_value", "identity"),
    _of_record("identity_records", "customer_id, record_id"),
    PublishedTable("identity_map", "record_id", "identity"),
    PublishedTable("identity_edges", "record_id_l, record_id_r", "identity"),
    PublishedTable("id_crosswalk", "run_id, customer_id", "identity"),
    PublishedTable("blocked_identifiers", "identifier_type, identifier_value", "identity"),
    PublishedTable(
        "usable_identifiers", "record_id, identifier_type, identifier_value", "identity", is_published=False
    ),
    _of_record("touchpoints", "customer_id, occurred_at, touchpoint_id", appended="message_touchpoints"),
    PublishedTable("message_touchpoints", "touchpoint_id", "profiles", is_published=False),
    PublishedTable(
        "orders",
        "customer_id, ordered_at, order_id",
        owner="order_owners",
        key="order_id",
        joined=(*_customer(), _COUNTED_AS, Joined("revenue", "DECIMAL(18,2)", f"gross_revenue {_IN_OWN_MONEY}")),
    ),
    PublishedTable("order_owners", "order_id", "profiles", is_published=False),
    _of_record("order_lines", "customer_id, order_id, line_number"),
    PublishedTable(
        "returns",
        "customer_id, returned_at, return_id",
        owner="customer_returns",
        key="return_id",
        joined=(
            *_customer("The customer it is credited to: the buyer where known, else whoever brought it back"),
            _COUNTED_AS,
            Joined("value", "DECIMAL(18,2)", f"amount {_IN_OWN_MONEY}"),
            Joined("sale_channel", "VARCHAR", "Channel on which the goods were sold: store, web or app."),
        ),
    ),
    PublishedTable("customer_returns", "return_id", "profiles", is_published=False),
    PublishedTable("carts", "customer_id, last_touched_at, cart_id", "profiles"),
    PublishedTable("cart_items", "customer_id, cart_id, sku", "profiles"),
    _of_record("fulfilments", "customer_id, created_at, fulfilment_id"),
    _of_record("tickets", "customer_id, opened_at, ticket_id"),
    _of_record("survey_responses", "customer_id, responded_at, response_id"),
    PublishedTable("support_contacts", "customer_id, contacted_at, contact_id", "profiles"),
    _of_record("consents", "customer_id, stated_at, consent_statement_id", appended="message_consents"),
    PublishedTable("message_consents", "consent_statement_id", "profiles", is_published=False),
    PublishedTable(
        "loyalty_ledger",
        "customer_id, loyalty_card, booked_at, entry_id",
        owner="loyalty_owners",
        key="entry_id",
        joined=_customer("The customer who holds the card"),
    ),
    PublishedTable("loyalty_owners", "entry_id", "profiles", is_published=False),
    PublishedTable("loyalty_postings", "entry_id, account", "profiles"),
    PublishedTable("loyalty_accounts", "customer_id, loyalty_card", "profiles"),
    PublishedTable("unreachable_contacts", "identifier_value, channel, reason", "profiles"),
    PublishedTable("messages", "customer_id, sent_at, message_id", "profiles"),
    PublishedTable("message_events", "recipient_value, occurred_at, event_id"),
    PublishedTable("campaigns", "campaign_id, send_id, feed"),
    PublishedTable("campaign_costs", "campaign_id, feed"),
    PublishedTable("products", "sku"),
    PublishedTable("prices", "sku, channel, valid_from, price_id"),
    PublishedTable("price_inconsistencies", "sku, odd_channel, valid_from", "profiles"),
    PublishedTable("inventory", "store_id, sku, stock_date"),
    PublishedTable("exchange_rates", "currency, rate_date"),
    PublishedTable("stores", "store_id"),
    PublishedTable("privacy_requests", "request_id"),
    PublishedTable("predictions", "customer_id", "measures"),
    PublishedTable("prediction_tests", "measure", "measures"),
    PublishedTable("recommendations", "customer_id, rank", "measures"),
    PublishedTable("journeys", "customer_id, journey_number", "measures"),
    PublishedTable("journey_transitions", "step, from_channel, to_channel", "measures"),
    PublishedTable("funnels", "period, starts_on, channel", "measures"),
    PublishedTable("attribution_credits", "model, order_id, touch_number", "measures"),
    PublishedTable("campaign_results", "campaign_id", "measures"),
    PublishedTable("campaign_returns", "model, channel, campaign_id", "measures"),
    PublishedTable("budget_estimates", "model, channel", "measures"),
    PublishedTable("kpis", "business_date, kpi, dimension", "measures"),
    PublishedTable("segments", "segment", "segments"),
    PublishedTable("segment_memberships", "customer_id, segment, valid_from", "segments"),
    PublishedTable("source_files", "run_id, file", "run"),
    PublishedTable("quarantine_rows", "run_id, file, line", "run"),
    PublishedTable("quarantine_outcomes", "run_id, file, line", "run"),
    PublishedTable("quality_checks", "run_id, feed, check_kind, column_name, message", "run"),
)
"""Every table that stages hand on and publishing reads; ``runs`` is made while publishing."""

FACTS: tuple[PublishedTable, ...] = tuple(item for item in TABLES if item.owner)
"""Facts into which a customer is joined."""

PUBLISHED_NAMES: frozenset[str] = frozenset(item.table for item in TABLES if item.is_published) | {"runs"}


def made_by(stage: TableStage) -> tuple[PublishedTable, ...]:
    """The tables that a stage hands on, in the order of the list."""
    return tuple(item for item in TABLES if item.stage == stage)


def owner_columns(owner: str) -> dict[str, str]:
    """Columns that an owner's table needs at least: the keys and what is joined, with their types."""
    users = [item for item in FACTS if item.owner == owner]
    keys = {item.key: "VARCHAR" for item in users}
    return keys | {column.name: column.type for item in users for column in item.joined}
