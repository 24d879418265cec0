-- Requests to be forgotten.
-- grain: one row per request
select
    request_id,
    'erasure_requests' as feed,
    'erasure' as request_type,
    requested_at,
    full_name,
    email,
    phone,
    loyalty_card,
    shop_customer_id,
    upper(country) as country
from erasure_requests
