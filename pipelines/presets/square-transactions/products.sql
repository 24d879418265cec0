-- Products, as their latest sale tells of them.
-- grain: one row per product
select
    article as sku,
    last(gtin order by happened_at, _file_id, _row) filter (where gtin is not null) as gtin,
    last(item order by happened_at, _file_id, _row) filter (where item is not null) as title,
    last(category order by happened_at, _file_id, _row) filter (where category is not null) as category
from square_transactions
where article is not null
group by article
