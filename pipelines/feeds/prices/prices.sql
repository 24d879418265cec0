-- The price list.
-- grain: one row per product, channel, promotion and first day
select
    'prices:' || concat_ws(':', sku, lower(channel), coalesce(promo_id, ''), valid_from::varchar) as price_id,
    'prices' as feed,
    sku,
    lower(channel) as channel,
    price,
    upper(currency) as currency,
    promo_id as promotion_id,
    valid_from,
    valid_to
from prices
