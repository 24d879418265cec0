"""``prices`` and ``inventory`` (every night, prices delivered whole) and ``exchange_rates``."""

from __future__ import annotations

from datetime import timedelta

from cdp.sample.exports.sheets import Delivery, Fault, Form, Row, csv_line, money
from cdp.sample.pricing import Price
from cdp.sample.world import World

PRICE_HEADER = "sku,channel,price,currency,promo_id,valid_from,valid_to"
RATE_HEADER = "date,currency,rate"
_RATES = {"GBP": 1.1742, "USD": 0.8931}


def export_prices(world: World, night: int, delivery: Delivery) -> None:
    """Write the whole price list; the first night's holds a promotion that was withdrawn afterwards."""
    prices = list(world.pricing.prices)
    if night == 1 and world.pricing.withdrawn and world.calendar.nights > 1:
        prices.append(world.pricing.withdrawn)
    prices.sort(key=lambda p: (p.product.sku, p.channel, p.first, p.promotion))
    rows = [_price(price) for price in prices]
    if night == 1:
        rows = delivery.sprinkle(delivery.repeat(rows, 1), _price_faults())
    path = f"reference/prices_{world.calendar.stamp(night)}.csv.gz"
    delivery.write(night, path, "prices", Form(gzipped=True), PRICE_HEADER, rows)


def _price(price: Price) -> Row:
    last = price.last.isoformat() if price.last else ""
    values = (
        price.product.sku,
        price.channel,
        money(price.price),
        "EUR",
        price.promotion,
        price.first.isoformat(),
        last,
    )
    return Row(csv_line(values), ":".join((*values[:2], *values[4:6])))


def _price_faults() -> list[Row]:
    return [
        Row("FO-9901-INK,store,on request,EUR,,2026-01-01,", "FO-9901-INK:store::2026-01-01",
            Fault("not_a_number", "reject")),
        Row("FO-9902-INK,web,12.95,EUR,,2026-01-01,", "FO-9902-INK:web::2026-01-01",
            Fault("orphan_reference", "warn", "article unknown to the product list")),
        Row("FO-9903-INK,web,12.95,EUR,PR99,2026-03-09,2026-03-01", "FO-9903-INK:web:PR99:2026-03-09",
            Fault("impossible_date", "reject", "ends before it begins")),
    ]  # fmt: skip


def export_stock(world: World, night: int, delivery: Delivery) -> None:
    """Write the stock as parquet; one row of the first night has no number."""
    import io

    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = world.pricing.stock(night)
    path = f"reference/inventory_{world.calendar.stamp(night)}.parquet"
    columns = dict(zip(("stock_date", "store_id", "sku", "on_hand", "reserved"), zip(*rows, strict=True), strict=True))
    table = {name: list(values) for name, values in columns.items()}
    table["stock_date"] = [day.isoformat() for day in table["stock_date"]]
    if night == 1:
        place = len(rows) // 3
        key = ":".join(str(table[name][place]) for name in ("stock_date", "store_id", "sku"))
        table["sku"].insert(place, "FO-9901-INK")
        for name in ("stock_date", "store_id", "reserved"):
            table[name].insert(place, table[name][place])
        table["on_hand"].insert(place, None)
        fault = Fault("missing_value", "reject", "stock without a number")
        key = key.rpartition(":")[0] + ":FO-9901-INK"
        delivery.note(night, path, "inventory", fault, place + 1, key)
    buffer = io.BytesIO()
    pq.write_table(pa.table(table), buffer, compression="zstd")
    delivery.put(night, path, buffer.getvalue())


def export_rates(world: World, night: int, delivery: Delivery) -> None:
    """Write exchange rates of the last eight Sundays; later nights add their day and correct the last Sunday's."""
    stamp = world.calendar.stamp(night)
    days = [stamp - timedelta(weeks=back) for back in range(7, -1, -1)] if night == 1 else [stamp]
    rows = []
    for currency, rate in _RATES.items():
        for day in days:
            swing = (day.toordinal() * 7 % 41 - 20) / 10_000
            rows.append(Row(f"{day},{currency},{rate + swing:.4f}", f"{currency}:{day}"))
    if night == 2:
        sunday = world.calendar.stamp(1)
        rows.append(Row(f"{sunday},USD,{_RATES['USD']:.4f}", f"USD:{sunday}"))
    path = f"reference/exchange_rates_{stamp}.csv"
    delivery.write(night, path, "exchange_rates", Form(), RATE_HEADER, rows)
