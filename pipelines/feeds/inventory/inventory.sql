-- Stock of every store at the end of the day.
-- grain: one row per store, product and day
select
    stock_date,
    store_id,
    sku,
    'inventory' as feed,
    on_hand,
    reserved
from inventory
