-- Products, as their latest sale tells of them.
-- grain: one row per product
select
    article as sku,
    last(details order by date, _file_id, _row) filter (where details is not null) as title
from lightspeed_sales
where article is not null
    and is_line
group by article
