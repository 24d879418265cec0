-- Number and value of each customer's returns, by the channel of the original sale.
-- grain: one row per customer with a return that counts
-- runs on: duckdb, spark
select
    customer_id,
    count(*) as count_returns,
    coalesce(sum(amount), 0) as returned_value,
    coalesce(sum(amount) filter (where sale_channel = 'store'), 0) as returned_value_store,
    coalesce(sum(amount) filter (where sale_channel = 'web'), 0) as returned_value_web,
    coalesce(sum(amount) filter (where sale_channel = 'app'), 0) as returned_value_app
from customer_returns
where is_counted
    and customer_id is not null
group by customer_id
