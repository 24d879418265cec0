"""What a segment may ask about: columns of profiles, and tables of events with their columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from cdp.contracts.published import TABLES

Kind = Literal["text", "number", "instant", "date", "flag", "list", "barred"]
"""``list`` is a list of text, ``barred`` is text joined by '|'; both are asked with ``contains``."""


def _kinds(**columns: str) -> dict[str, Kind]:
    """Turn ``number="a b"`` into ``{"a": "number", "b": "number"}``."""
    return {name: kind for kind, names in columns.items() for name in names.split()}  # type: ignore[misc]


PROFILE_COLUMNS: Mapping[str, Kind] = _kinds(
    text="customer_id full_name first_name last_name gender email phone street city postcode country "
    "loyalty_card shop_customer_id last_touchpoint_channel consent_email consent_sms consent_push "
    "usual_store_id household_id open_cart_id open_cart_began_channel open_cart_began_device",
    date="birth_date next_order_on",
    number="count_orders count_orders_store count_orders_web count_orders_app "
    "gross_revenue gross_revenue_store gross_revenue_web gross_revenue_app count_returns returned_value "
    "returned_value_store returned_value_web returned_value_app net_revenue net_revenue_store "
    "net_revenue_web net_revenue_app average_order_value count_touchpoints count_tickets "
    "count_open_tickets last_csat_score last_nps_score reservations_waiting "
    "count_orders_probable gross_revenue_probable returned_value_probable household_size open_cart_value "
    "open_cart_devices count_abandoned_carts loyalty_balance points_earned points_burned points_expired "
    "count_messages count_messages_opened count_messages_clicked count_support_contacts count_repeat_contacts_7d "
    "rfm_recency_score rfm_frequency_score rfm_monetary_score orders_365d clv_365d churn_probability_90d "
    "churn_probability_365d",
    instant="first_purchase_at last_purchase_at last_purchase_store_at "
    "last_purchase_web_at last_purchase_app_at last_touchpoint_at last_store_at last_web_at last_app_at "
    "last_social_at last_support_at consent_email_at consent_sms_at consent_push_at last_ticket_at "
    "last_csat_at first_low_csat_at last_nps_at open_cart_began_at open_cart_last_touched_at last_message_at "
    "last_email_clicked_at last_support_contact_at",
    flag="needs_review has_card is_erasure_requested",
    list="reachable_by",
    barred="channels open_cart_items",
)


_STATES = ("in", "out")
_REACHED_BY = ("email", "sms", "push")
KNOWN_VALUES: Mapping[str, tuple[str, ...]] = {f"consent_{channel}": _STATES for channel in _REACHED_BY} | {
    "reachable_by": _REACHED_BY
}
"""Columns of profiles that hold nothing but these values."""


@dataclass(frozen=True)
class EventTable:
    """A table whose rows can be counted per customer.

    ``source`` is a from clause over published tables, ``customer`` and ``happened_at`` are expressions
    on it, ``valid`` the rows that ever count, ``expressions`` the columns that are not simply
    ``<table>.<column>``.
    """

    source: str
    customer: str
    happened_at: str
    columns: Mapping[str, Kind]
    valid: str = ""
    expressions: Mapping[str, str] | None = None

    def expression(self, table: str, column: str) -> str:
        """SQL of a column that a condition names."""
        return (self.expressions or {}).get(column, f"{table}.{column}")


EVENTS: Mapping[str, EventTable] = {
    "orders": EventTable(
        source="orders",
        customer="orders.customer_id",
        happened_at="orders.ordered_at",
        valid="orders.counted_as = 'purchase'",
        columns=_kinds(
            text="order_id channel status currency store_id discount_code",
            number="revenue gross_revenue discount_amount shipping_amount tax_amount",
        ),
    ),
    "order_lines": EventTable(
        source="order_lines "
        "inner join orders on order_lines.order_id = orders.order_id "
        "left join products on order_lines.sku = products.sku "
        # two articles may bear one number: a line counts once
        "left join (select * from products qualify row_number() over (partition by gtin order by sku) = 1) "
        "as products_by_gtin "
        "on order_lines.sku is null and order_lines.gtin = products_by_gtin.gtin",
        customer="orders.customer_id",
        happened_at="orders.ordered_at",
        valid="orders.counted_as = 'purchase'",
        columns=_kinds(
            text="order_id channel store_id discount_code sku gtin product_name category brand product_type colour",
            number="quantity unit_price amount",
        ),
        expressions={
            "channel": "orders.channel",
            "store_id": "orders.store_id",
            "discount_code": "orders.discount_code",
            "sku": "coalesce(order_lines.sku, products_by_gtin.sku)",
            "category": "coalesce(products.category, products_by_gtin.category)",
            "brand": "coalesce(products.brand, products_by_gtin.brand)",
            "product_type": "coalesce(products.product_type, products_by_gtin.product_type)",
            "colour": "coalesce(products.colour, products_by_gtin.colour)",
        },
    ),
    "returns": EventTable(
        source="returns left join orders on returns.order_id = orders.order_id",
        customer="returns.customer_id",
        happened_at="returns.returned_at",
        valid="returns.counted_as = 'purchase'",
        columns=_kinds(
            text="order_id sale_channel return_channel sku gtin",
            number="quantity amount value",
        ),
        expressions={
            "sale_channel": "coalesce(orders.channel, "
            "case when returns.return_channel = 'store' then 'store' else 'web' end)"
        },
    ),
    "touchpoints": EventTable(
        source="touchpoints",
        customer="touchpoints.customer_id",
        happened_at="touchpoints.occurred_at",
        columns=_kinds(
            text="channel event_name session_id order_id cart_id sku campaign page text",
            number="quantity amount",
        ),
    ),
    "tickets": EventTable(
        source="tickets",
        customer="tickets.customer_id",
        happened_at="tickets.opened_at",
        columns=_kinds(text="channel subject status priority order_id tags", number="csat_score", flag="is_open"),
    ),
    "survey_responses": EventTable(
        source="survey_responses",
        customer="survey_responses.customer_id",
        happened_at="survey_responses.responded_at",
        columns=_kinds(text="survey_type comment order_id", number="score"),
    ),
    "fulfilments": EventTable(
        source="fulfilments",
        customer="fulfilments.customer_id",
        happened_at="fulfilments.created_at",
        columns=_kinds(text="fulfilment_type status store_id sku order_id", number="quantity"),
    ),
    "carts": EventTable(
        source="carts",
        customer="carts.customer_id",
        happened_at="carts.began_at",
        columns=_kinds(
            text="cart_id status began_channel began_device last_channel order_id",
            number="count_devices count_channels count_products quantity value",
            instant="last_touched_at",
            flag="is_current",
            barred="items bought_in",
        ),
    ),
    "cart_items": EventTable(
        source="cart_items",
        customer="cart_items.customer_id",
        happened_at="cart_items.first_added_at",
        columns=_kinds(
            text="cart_id sku bought_channel store_id store_basis",
            number="quantity unit_price value stock_available",
            instant="bought_at",
        ),
    ),
    "messages": EventTable(
        source="messages",
        customer="messages.customer_id",
        happened_at="messages.sent_at",
        columns=_kinds(
            text="channel send_id campaign_id bounce_reason",
            number="count_opens count_clicks",
            instant="first_opened_at first_clicked_at last_clicked_at unsubscribed_at",
            flag="is_delivered is_hard_bounce",
        ),
    ),
    "support_contacts": EventTable(
        source="support_contacts",
        customer="support_contacts.customer_id",
        happened_at="support_contacts.contacted_at",
        columns=_kinds(
            text="channel ticket_id previous_channel",
            number="hours_to_first_answer hours_to_solution",
            instant="solved_at",
            flag="is_repeat_7d",
        ),
    ),
    "loyalty_postings": EventTable(
        source="loyalty_postings",
        customer="loyalty_postings.customer_id",
        happened_at="loyalty_postings.booked_at",
        valid="loyalty_postings.account = 'card'",
        columns=_kinds(text="loyalty_card entry_type channel", number="points"),
    ),
}

SQL_TABLES = frozenset(
    item.table
    for item in TABLES
    if item.is_published
    and item.stage in {"feeds", "identity", "profiles", "measures"}
    and item.table != "privacy_requests"
)
"""What a segment written as plain SQL may read."""
