-- What each customer went through until a purchase, or until he fell silent for 30 days.
-- grain: one row per journey
-- runs on: duckdb
with
ends as (
    select
        customer_number,
        journey_number,
        min(visit_number) as first_visit,
        max(visit_number) as last_visit,
        min(started_at) as started_at,
        max(ended_at) as ended_at,
        arg_min(channel, visit_number) as started_channel,
        arg_max(channel, visit_number) as ended_channel,
        count(*) as count_visits,
        sum(count_contacts) as count_contacts,
        max(order_id) as order_id,
        sum(gross_revenue) as gross_revenue
    from journey_visits
    group by customer_number, journey_number
),
-- most journeys are short, and need no sorting to be spelled
long as (
    select
        journey_visits.customer_number,
        journey_visits.journey_number,
        string_agg(journey_visits.channel, ' > ' order by journey_visits.visit_number) as path
    from journey_visits
    inner join ends
        on journey_visits.customer_number = ends.customer_number
        and journey_visits.journey_number = ends.journey_number
    where ends.count_visits > 2 and journey_visits.visit_number < ends.first_visit + 20
    group by journey_visits.customer_number, journey_visits.journey_number
)
select
    journey_customers.customer_id || ':' || ends.journey_number as journey_id,
    journey_customers.customer_id,
    ends.journey_number,
    ends.started_at,
    ends.ended_at,
    ends.started_channel,
    ends.ended_channel,
    ends.started_channel <> ends.ended_channel as is_cross_channel,
    round(date_diff('second', ends.started_at, ends.ended_at) / 3600.0, 2) as hours_between,
    ends.count_visits,
    cast(ends.count_contacts as bigint) as count_contacts,
    case ends.count_visits
        when 1 then ends.started_channel
        when 2 then ends.started_channel || ' > ' || ends.ended_channel
        else long.path
    end as path,
    ends.order_id,
    ends.order_id is not null as is_purchase,
    cast(ends.gross_revenue as decimal(18, 2)) as gross_revenue
from ends
inner join journey_customers on ends.customer_number = journey_customers.customer_number
left join long on ends.customer_number = long.customer_number and ends.journey_number = long.journey_number
