-- Households: customers at one address who share a family name or a phone. They share neither consent nor identity.
-- Whoever asked for erasure is left out.
-- grain: one row per household of two customers or more
-- runs on: duckdb
with
asked as (
    select distinct customer_id from erasure_matches
),
members as (
    select household_members.customer_id, household_members.household_id
    from household_members
    left join asked on household_members.customer_id = asked.customer_id
    where asked.customer_id is null
),
spending as (
    select
        members.customer_id,
        coalesce(order_totals.count_orders, 0) as count_orders,
        coalesce(order_totals.gross_revenue, 0) - coalesce(return_totals.returned_value, 0) as net_revenue
    from members
    left join order_totals on members.customer_id = order_totals.customer_id
    left join return_totals on members.customer_id = return_totals.customer_id
)
select
    members.household_id,
    count(*) as count_members,
    list(members.customer_id order by members.customer_id) as members,
    arg_min(golden_record.last_name, members.customer_id) as last_name,
    arg_min(golden_record.street, members.customer_id) as street,
    arg_min(golden_record.postcode, members.customer_id) as postcode,
    arg_min(golden_record.city, members.customer_id) as city,
    arg_min(golden_record.country, members.customer_id) as country,
    cast(sum(spending.count_orders) as bigint) as count_orders,
    cast(sum(spending.net_revenue) as decimal(18, 2)) as net_revenue
from members
inner join spending on members.customer_id = spending.customer_id
left join golden_record on members.customer_id = golden_record.customer_id
group by members.household_id
having count(*) > 1
