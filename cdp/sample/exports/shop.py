"""``shop_orders`` and ``shop_customers``: a web shop's exports, times in the shop's own zone."""

from __future__ import annotations

from cdp.sample.calendar import local
from cdp.sample.catalogue import SHOP, VAT
from cdp.sample.exports.sheets import Delivery, Fault, Form, Row, csv_line, money
from cdp.sample.memberships import Account, Version
from cdp.sample.records import home_token
from cdp.sample.trade import Order
from cdp.sample.world import World


def _columns(text: str) -> tuple[str, ...]:
    return tuple(column.strip() for column in text.split(","))


ORDERS, CUSTOMERS = "shop_orders", "shop_customers"
ORDER_COLUMNS = _columns("""
    Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,Currency,Subtotal,
    Shipping,Taxes,Total,Discount Code,Discount Amount,Shipping Method,Created at,Lineitem quantity,
    Lineitem name,Lineitem price,Lineitem compare at price,Lineitem sku,Lineitem requires shipping,
    Lineitem taxable,Lineitem fulfillment status,Billing Name,Billing Street,Billing Address1,
    Billing Address2,Billing Company,Billing City,Billing Zip,Billing Province,Billing Country,
    Billing Phone,Shipping Name,Shipping Street,Shipping Address1,Shipping Address2,Shipping Company,
    Shipping City,Shipping Zip,Shipping Province,Shipping Country,Shipping Phone,Notes,Note Attributes,
    Cancelled at,Payment Method,Payment Reference,Refunded Amount,Vendor,Outstanding Balance,Employee,
    Location,Device ID,Id,Tags,Risk Level,Source,Lineitem discount,Tax 1 Name,Tax 1 Value,Tax 2 Name,
    Tax 2 Value,Tax 3 Name,Tax 3 Value,Tax 4 Name,Tax 4 Value,Tax 5 Name,Tax 5 Value,Phone,Receipt Number,
    Duties,Billing Province Name,Shipping Province Name,Payment ID,Payment Terms Name,Next Payment Due At,
    Payment References
""")
CUSTOMER_HEADER = (
    "Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Default Address Company,Default Address Address1,"
    "Default Address Address2,Default Address City,Default Address Province Code,Default Address Country Code,"
    "Default Address Zip,Default Address Phone,Phone,Accepts SMS Marketing,Total Spent,Total Orders,Note,"
    "Tax Exempt,Tags"
)
APP_SOURCE = "3890849"
_ZONE = "Europe/London"


def export_orders(world: World, night: int, delivery: Delivery) -> None:
    """Write the orders that are new or have changed, the latest first."""
    begin, until = world.calendar.window(night)
    rows: list[Row] = []
    for order in reversed(world.market.orders):
        moments = (order.at, order.fulfilled_at, order.refunded_at, order.cancelled_at)
        if order.at < until and any(m is not None and begin <= m < until for m in moments):
            rows += _order_rows(world, order, until)
            tokens = (*order.tokens, f"order:{order.key}")
            owner = order.person.person_id
            world.registry.see(ORDERS, order.key, "order", owner, tokens=tokens, shared=order.shared)
    if night == 1:
        rows = delivery.sprinkle(_whole_order_twice(delivery, rows), _order_faults())
    path = f"shop/orders_export_{night}.csv"
    delivery.write(night, path, ORDERS, Form(), ",".join(ORDER_COLUMNS), rows)


def _stamp(instant: int | None, until: int) -> str:
    return f"{local(instant, _ZONE):%Y-%m-%d %H:%M:%S %z}" if instant is not None and instant < until else ""


def _escaped(value: str) -> str:
    """A leading apostrophe keeps spreadsheets from eating pluses and leading zeros."""
    return f"'{value}" if value.startswith("+") else value


def _order_rows(world: World, order: Order, until: int) -> list[Row]:
    rows = []
    for place, line in enumerate(order.lines):
        fields = _first_row(world, order, until) if place == 0 else {}
        fulfilled = order.fulfilled_at is not None and order.fulfilled_at < until
        fields |= {
            "Name": order.key, "Email": order.email, "Created at": _stamp(order.at, until), "Vendor": SHOP,
            "Lineitem quantity": str(line.quantity), "Lineitem name": line.product.title,
            "Lineitem price": money(line.product.price), "Lineitem sku": line.product.sku,
            "Lineitem requires shipping": "true", "Lineitem taxable": "true", "Lineitem discount": "0.00",
            "Lineitem fulfillment status": "fulfilled" if fulfilled else "pending",
        }  # fmt: skip
        rows.append(Row(csv_line([fields.get(column, "") for column in ORDER_COLUMNS]), order.key))
    return rows


def _first_row(world: World, order: Order, until: int) -> dict[str, str]:
    address, total = order.address, order.amount + order.shipping
    assert address is not None
    cancelled = order.cancelled_at is not None and order.cancelled_at < until
    refund = order.refund if order.refunded_at is not None and order.refunded_at < until else 0
    status = "voided" if cancelled else "paid" if not refund else "partially_refunded"
    status = "refunded" if refund and refund >= order.amount else status
    rate = VAT[address.country]
    tax = round(total * rate / (100 + rate))
    place = {
        "Name": order.name, "Street": f"{address.street}, {address.unit}" if address.unit else address.street,
        "Address1": address.street, "Address2": address.unit, "City": address.city, "Zip": f"'{address.postcode}",
        "Province": address.region, "Country": address.country, "Phone": _escaped(order.phone),
    }  # fmt: skip
    willing = world.consents.flag(order.account_holder or order.person, "email", order.at)
    return {f"{kind} {key}": value for kind in ("Billing", "Shipping") for key, value in place.items()} | {
        "Financial Status": status, "Paid at": "" if cancelled else _stamp(order.at + 40, until + 60),
        "Fulfillment Status": "fulfilled" if _stamp(order.fulfilled_at, until) else "unfulfilled",
        "Fulfilled at": _stamp(order.fulfilled_at, until), "Accepts Marketing": "yes" if willing else "no",
        "Currency": "EUR", "Subtotal": money(order.amount), "Shipping": money(order.shipping), "Taxes": money(tax),
        "Total": money(total), "Discount Code": order.discount_code, "Discount Amount": money(order.discount),
        "Shipping Method": "Free Shipping" if order.shipping == 0 else "Standard", "Notes": order.note,
        "Cancelled at": _stamp(order.cancelled_at, until), "Payment Method": order.payment,
        "Payment Reference": f"r{order.reference}", "Refunded Amount": money(refund), "Outstanding Balance": "0.00",
        "Id": str(7_400_000_000_000 + order.number * 1_009), "Tags": "app" if order.channel == "app" else "",
        "Risk Level": "Low", "Source": APP_SOURCE if order.channel == "app" else "web",
        "Tax 1 Name": {20: "VAT 20%", 19: "MwSt 19%"}.get(rate, ""), "Tax 1 Value": money(tax),
        "Phone": _escaped(order.phone), "Payment ID": order.reference, "Payment References": f"r{order.reference}",
    }  # fmt: skip


def _whole_order_twice(delivery: Delivery, rows: list[Row]) -> list[Row]:
    keys = sorted({row.key for row in rows if "\n" not in row.text} - {row.key for row in rows if "\n" in row.text})
    fault = Fault("duplicate_row", "dedupe", "the whole order appears twice")
    for key in delivery.draws.shuffled(keys)[: 1 + len(keys) // 800]:
        copies = [Row(row.text, row.key, fault) for row in rows if row.key == key]
        last = max(i for i, row in enumerate(rows) if row.key == key)
        later = [i for i in range(last + 1, len(rows)) if rows[i].key != rows[i - 1].key] or [len(rows)]
        at = delivery.draws.pick(later)
        rows = rows[:at] + copies + rows[at:]
    return rows


def _order_faults() -> list[Row]:
    def row(number: int, name: str, kind: str, note: str = "") -> Row:
        fields = {
            "Name": f"#{number}", "Email": "nobody@fennelandoar.example", "Financial Status": "paid", "Currency": "EUR",
            "Subtotal": "-39.90", "Shipping": "0.00", "Taxes": "0.00", "Total": "-39.90", "Discount Amount": "0.00",
            "Created at": "2025-04-07 10:00:00 +0100", "Lineitem quantity": "-2", "Lineitem name": name,
            "Lineitem price": "19.95", "Lineitem sku": "FO-3000-INK",
        }  # fmt: skip
        text = ",".join(fields.get(column, "") for column in ORDER_COLUMNS)
        if kind == "too_few_columns":
            text = ",".join(text.split(",")[:21])
        return Row(text + (",surplus" if kind == "too_many_columns" else ""), f"#{number}", Fault(kind, "reject", note))

    return [
        row(9700001, "Hollin Notebook", "negative_quantity", "quantity -2 on a sale"),
        row(9700002, "Hollin Notebook", "too_few_columns"),
        row(9700003, "Hollin Notebook", "too_many_columns"),
        row(9700004, '"Hollin Notebook', "unterminated_quote", "only this row; the following rows are good"),
    ]


def export_customers(world: World, night: int, delivery: Delivery) -> None:
    """Write the accounts: all on the first night, then those that are new, changed or have bought."""
    begin, until = world.calendar.window(night)
    spent: dict[str, list[Order]] = {}
    for order in world.market.orders:
        if order.at < until and order.account_id and order.cancelled_at is None:
            spent.setdefault(order.account_id, []).append(order)
    rows = []
    for account in world.members.accounts.values():
        versions = [v for v in account.versions if v.since < until]
        orders = spent.get(account.account_id, [])
        if versions and (versions[-1].since >= begin or any(o.at >= begin for o in orders)):
            shared = any(o.shared for o in orders)
            rows.append(_customer_row(world, account, versions[-1], orders))
            _see_account(world, account, versions[-1], shared)
    if night == 1:
        rows = delivery.sprinkle(rows, _customer_faults())
    delivery.write(night, f"shop/customers_export_{night}.csv", CUSTOMERS, Form(), CUSTOMER_HEADER, rows)


def _see_account(world: World, account: Account, version: Version, shared: bool) -> None:
    tokens = [f"account:{account.account_id}", f"email:{version.email}", f"phone:{version.mobile}"]
    if account.has_address:
        tokens.append(home_token(version.address))
    owner = account.person.person_id
    world.registry.see(CUSTOMERS, account.account_id, "account", owner, tokens=tokens, shared=shared)


def _customer_row(world: World, account: Account, version: Version, orders: list[Order]) -> Row:
    home, phone = version.address, f"'{version.mobile}" if version.mobile else ""
    where = (home.street, home.unit, home.city, home.region, home.country, f"'{home.postcode}")
    if not account.has_address:
        where = ("",) * 6
    email_ok, sms_ok = (world.consents.flag(account.person, c, version.since) for c in ("email", "sms"))
    return Row(csv_line((
        f"'{account.account_id}", version.first_name, version.last_name, version.email, "yes" if email_ok else "no", "",
        *where, phone if account.has_address else "", phone, "yes" if sms_ok else "no",
        money(sum(o.amount + o.shipping for o in orders)), str(len(orders)), "", "no", "newsletter" if email_ok else "",
    )), account.account_id)  # fmt: skip


def _customer_faults() -> list[Row]:
    empty = ",no,,,,,,,,,,no,0.00,0,,no,"
    return [
        Row(f"'7197000000001,,,{empty}", "7197000000001", Fault("empty_record", "warn", "a customer with an id only")),
        Row(f"'7197000000002,Nora,Nobody,nora.at.example.com{empty}", "7197000000002",
            Fault("bad_email", "accept_null", "e-mail without @")),
        Row(f"'7197000000003,No\udcebl,Nobody,noel@fennelandoar.example{empty}", "7197000000003",
            Fault("invalid_bytes", "warn", "latin-1 byte in a UTF-8 file")),
        Row("'7197000000004,Half,Nobody", "7197000000004", Fault("too_few_columns", "reject")),
    ]  # fmt: skip
