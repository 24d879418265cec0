-- What lies in each cart, whether it was bought after all, and for open carts the stock in the customer's store.
-- grain: one row per cart and product
-- runs on: duckdb
with
wanted as (
    select
        carts.cart_id,
        cart_contents.sku,
        cart_stores.store_id,
        cart_stores.basis
    from carts
    inner join cart_contents on carts.cart_id = cart_contents.cart_id
    inner join cart_stores on carts.customer_id = cart_stores.customer_id
    where carts.status = 'open'
        and cart_contents.quantity > 0
),
counted as (
    select
        inventory.store_id,
        inventory.sku,
        max(inventory.stock_date) as stock_date,
        arg_max(
            greatest(coalesce(inventory.on_hand, 0) - coalesce(inventory.reserved, 0), 0), inventory.stock_date
        ) as available
    from inventory
    semi join wanted on inventory.store_id = wanted.store_id and inventory.sku = wanted.sku
    where inventory.stock_date <= cast($business_date as date)
    group by inventory.store_id, inventory.sku
)
select
    cart_contents.cart_id,
    carts.customer_id,
    cart_contents.sku,
    cart_contents.quantity,
    cart_contents.unit_price,
    cart_contents.value,
    cart_contents.first_added_at,
    cart_contents.last_changed_at,
    cart_purchases.bought_at,
    cart_purchases.bought_channel,
    cart_purchases.bought_order_id,
    wanted.store_id,
    wanted.basis as store_basis,
    counted.available as stock_available,
    counted.stock_date
from cart_contents
inner join carts on cart_contents.cart_id = carts.cart_id
left join cart_purchases
    on cart_contents.cart_id = cart_purchases.cart_id
    and cart_contents.sku = cart_purchases.sku
left join wanted
    on cart_contents.cart_id = wanted.cart_id
    and cart_contents.sku = wanted.sku
left join counted
    on wanted.store_id = counted.store_id
    and wanted.sku = counted.sku
