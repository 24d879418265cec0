-- The points of each customer, over all cards.
-- grain: one row per customer with a card on which points moved
-- runs on: duckdb, spark
select
    customer_id,
    cast(sum(balance) as bigint) as loyalty_balance,
    cast(sum(points_earned) as bigint) as points_earned,
    cast(sum(points_burned) as bigint) as points_burned,
    cast(sum(points_expired) as bigint) as points_expired
from loyalty_accounts
where customer_id is not null
group by customer_id
