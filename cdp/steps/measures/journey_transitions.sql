-- How customers move from visit to visit within a journey: the links of a Sankey diagram.
-- grain: one row per step, channel left and channel entered; steps after the tenth are counted as the tenth
-- runs on: duckdb, spark
with
moves as (
    select
        channel as from_channel,
        lead(channel) over (partition by customer_number, journey_number order by visit_number) as next_channel,
        row_number() over (partition by customer_number, journey_number order by visit_number) as step,
        order_id,
        gross_revenue
    from journey_visits
),
named as (
    select
        least(step, 10) as step,
        from_channel,
        case
            when next_channel is not null then next_channel
            when order_id is not null then '(purchase)'
            else '(end)'
        end as to_channel,
        gross_revenue
    from moves
)
select
    cast(step as bigint) as step,
    from_channel,
    to_channel,
    count(*) as count_moves,
    cast(sum(gross_revenue) as decimal(18, 2)) as gross_revenue
from named
group by step, from_channel, to_channel
