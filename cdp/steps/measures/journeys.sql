-- What each customer went through until a purchase, or until he fell silent for 30 days.
-- grain: one row per journey
-- runs on: duckdb
select
    md5(concat_ws('|', customer_id, cast(min(started_at) as varchar), cast(journey_number as varchar))) as journey_id,
    customer_id,
    journey_number,
    min(started_at) as started_at,
    max(ended_at) as ended_at,
    arg_min(channel, visit_number) as started_channel,
    arg_max(channel, visit_number) as ended_channel,
    arg_min(channel, visit_number) <> arg_max(channel, visit_number) as is_cross_channel,
    round(date_diff('second', min(started_at), max(ended_at)) / 3600.0, 2) as hours_between,
    count(*) as count_visits,
    cast(sum(count_contacts) as bigint) as count_contacts,
    string_agg(channel, ' > ' order by visit_number) filter (where visit_number_in_journey <= 20) as path,
    max(order_id) as order_id,
    max(order_id) is not null as is_purchase,
    cast(sum(gross_revenue) as decimal(18, 2)) as gross_revenue
from (
    select
        *,
        row_number() over (partition by customer_id, journey_number order by visit_number) as visit_number_in_journey
    from journey_visits
) as visits
group by customer_id, journey_number
