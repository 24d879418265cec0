-- The stores. A time zone that does not exist is left out, so that receipts can still be read.
-- grain: one row per store
with
zones as (
    select name from pg_timezone_names()
)
select
    stores.store_id,
    stores.name,
    stores.street,
    stores.city,
    stores.postcode,
    upper(stores.country) as country,
    zones.name as time_zone
from stores
left join zones on stores.time_zone = zones.name
