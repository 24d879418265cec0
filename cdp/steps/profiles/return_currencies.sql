-- In which currency each return was paid back: as it says itself, else as its sale, else as all orders of its feed;
-- in the workspace's own where the feed has no orders.
-- grain: one row per return; currency is null where nothing tells it
-- runs on: duckdb, spark
with
sold_in as (
    select feed, min(lower(coalesce(currency, $currency))) as least, max(lower(coalesce(currency, $currency))) as most
    from orders
    group by feed
)
select
    returns.return_id,
    case
        when returns.currency is not null then lower(returns.currency)
        when orders.order_id is not null then lower(coalesce(orders.currency, $currency))
        when sold_in.feed is null then lower($currency)
        when sold_in.least = sold_in.most then sold_in.least
    end as currency,
    business_days.business_date as return_date
from returns
left join orders on returns.order_id = orders.order_id
left join sold_in on returns.feed = sold_in.feed
left join business_days
    on cast(returns.returned_at as date) = business_days.utc_date
    and returns.returned_at >= business_days.starts_at
    and returns.returned_at < business_days.ends_at
