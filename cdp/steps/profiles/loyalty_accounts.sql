-- Each card's balance, and what was earned and spent on it in which channel.
-- grain: one row per loyalty card with a movement of points
-- runs on: duckdb, spark
select
    loyalty_card,
    min(customer_id) as customer_id,
    cast(sum(points) as bigint) as balance,
    cast(coalesce(sum(points) filter (where entry_type = 'opening'), 0) as bigint) as points_opening,
    cast(coalesce(sum(points) filter (where entry_type = 'earn'), 0) as bigint) as points_earned,
    cast(coalesce(sum(points) filter (where entry_type = 'earn' and channel = 'store'), 0) as bigint)
        as points_earned_store,
    cast(coalesce(sum(points) filter (where entry_type = 'earn' and channel = 'web'), 0) as bigint)
        as points_earned_web,
    cast(coalesce(sum(points) filter (where entry_type = 'earn' and channel = 'app'), 0) as bigint)
        as points_earned_app,
    cast(coalesce(-sum(points) filter (where entry_type = 'burn'), 0) as bigint) as points_burned,
    cast(coalesce(-sum(points) filter (where entry_type = 'burn' and channel = 'store'), 0) as bigint)
        as points_burned_store,
    cast(coalesce(-sum(points) filter (where entry_type = 'burn' and channel = 'web'), 0) as bigint)
        as points_burned_web,
    cast(coalesce(-sum(points) filter (where entry_type = 'burn' and channel = 'app'), 0) as bigint)
        as points_burned_app,
    cast(coalesce(-sum(points) filter (where entry_type = 'expire'), 0) as bigint) as points_expired,
    cast(coalesce(sum(points) filter (where entry_type in ('reversal', 'adjust')), 0) as bigint) as points_corrected,
    min(booked_at) as first_booked_at,
    max(booked_at) as last_booked_at
from loyalty_postings
where account = 'card'
group by loyalty_card
