-- What lies in each cart: added less removed, at the price of the latest addition. What was taken out wholly is 0.
-- grain: one row per cart and product
-- runs on: duckdb, spark
with
moves as (
    select
        cart_id,
        sku,
        touchpoint_id,
        occurred_at,
        event_name = 'Product Added' as is_added,
        quantity,
        case
            when event_name = 'Product Added' and coalesce(quantity, 1) <> 0
                then cast(amount as double) / coalesce(quantity, 1)
        end as unit_price
    from cart_touches
    where sku is not null
        and event_name in ('Product Added', 'Product Removed')
),
-- a removal that names no number takes out everything added up to then
emptied as (
    select
        cart_id,
        sku,
        max(occurred_at) as emptied_at
    from moves
    where not is_added
        and quantity is null
    group by cart_id, sku
),
since_emptied as (
    select
        moves.*,
        case
            when moves.occurred_at <= emptied.emptied_at then 0
            when moves.is_added then coalesce(moves.quantity, 1)
            else -moves.quantity
        end as quantity_change
    from moves
    left join emptied
        on moves.cart_id = emptied.cart_id
        and moves.sku = emptied.sku
),
priced as (
    select
        cart_id,
        sku,
        sum(quantity_change) as net_quantity,
        min(occurred_at) as first_added_at,
        max(occurred_at) as last_changed_at,
        max_by(unit_price, (occurred_at, touchpoint_id))
            filter (where unit_price is not null and occurred_at is not null and touchpoint_id is not null) as unit_price
    from since_emptied
    group by cart_id, sku
),
counted as (
    select
        cart_id,
        sku,
        greatest(net_quantity, 0) as quantity,
        unit_price,
        first_added_at,
        last_changed_at
    from priced
)
select
    cart_id,
    sku,
    cast(quantity as decimal(18, 3)) as quantity,
    cast(round(unit_price, 2) as decimal(18, 2)) as unit_price,
    cast(round(quantity * unit_price, 2) as decimal(18, 2)) as value,
    first_added_at,
    last_changed_at
from counted
