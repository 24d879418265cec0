"""``products`` (every night) and ``stores`` (once): what other exports refer to."""

from __future__ import annotations

from cdp.sample.catalogue import STORES
from cdp.sample.exports.sheets import Delivery, Form, Row, csv_line, money
from cdp.sample.world import World

PRODUCT_HEADER = "sku,gtin,title,brand,category,product_type,colour,cost,list_price,currency,status,updated_at"
STORE_HEADER = "store_id,name,street,city,postcode,country,time_zone"


def export_products(world: World, night: int, delivery: Delivery) -> None:
    """Write the whole range, stamped with the night."""
    stamp = world.calendar.stamp(night)
    rows = []
    for place, p in enumerate(world.products):
        status = "discontinued" if place % 37 == 36 and night > 1 else "active"
        rows.append(Row(csv_line((
            p.sku, p.gtin, p.title, p.brand, p.category, p.product_type, p.colour, money(p.cost), money(p.price), "EUR",
            status, f"{stamp}T22:00:00Z",
        )), p.sku))  # fmt: skip
    delivery.write(night, f"reference/products_{stamp}.csv.gz", "products", Form(gzipped=True), PRODUCT_HEADER, rows)


def export_stores(_world: World, night: int, delivery: Delivery) -> None:
    """Write the stores."""
    if night == 1:
        rows = [
            Row(csv_line((s.store_id, s.name, s.street, s.city, s.postcode, s.country, s.time_zone)), s.store_id)
            for s in STORES
        ]
        delivery.write(night, "reference/stores.csv", "stores", Form(), STORE_HEADER, rows)
