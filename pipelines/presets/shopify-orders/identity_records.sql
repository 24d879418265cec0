-- What an online order says of its buyer: the billing address, or the shipping address where there is none.
-- grain: one row per order
with
orders_delivered as (
    select
        order_name,
        min(created_at) as created_at,
        arg_min(struct_pack(
            full_name := billing_name,
            company := billing_company,
            street := coalesce(nullif(concat_ws(', ', billing_address1, billing_address2), ''), billing_street),
            city := billing_city,
            region := billing_province,
            postcode := billing_zip,
            country := upper(billing_country)
        ), _row) filter (
            where coalesce(billing_name, billing_address1, billing_street, billing_zip) is not null
        ) as billing,
        arg_min(struct_pack(
            full_name := shipping_name,
            company := shipping_company,
            street := coalesce(nullif(concat_ws(', ', shipping_address1, shipping_address2), ''), shipping_street),
            city := shipping_city,
            region := shipping_province,
            postcode := shipping_zip,
            country := upper(shipping_country)
        ), _row) filter (
            where coalesce(shipping_name, shipping_address1, shipping_street, shipping_zip) is not null
        ) as shipping
    from shopify_orders
    group by order_name
),
addressed as (
    select
        order_name,
        created_at,
        coalesce(billing, shipping) as address
    from orders_delivered
)
select
    'shopify_orders:' || order_name as record_id,
    'shopify_orders' as feed,
    order_name as source_id,
    'order' as record_kind,
    created_at as first_observed_at,
    created_at as last_observed_at,
    address.full_name as full_name,
    address.company as company,
    address.street as street,
    address.city as city,
    address.region as region,
    address.postcode as postcode,
    address.country as country
from addressed
