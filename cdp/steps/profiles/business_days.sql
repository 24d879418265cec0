-- Which business day it is in the workspace's time zone during a day of UTC on which foreign money was taken or given
-- back: two as a rule, one after the other; where clocks change it can be one or three.
-- grain: one row per date in UTC and business date that share some time
-- runs on: duckdb
with
utc_dates as (
    select distinct cast(ordered_at as date) as utc_date
    from orders
    where lower(currency) <> lower($currency)
    union
    select distinct cast(returned_at as date) as utc_date
    from returns
    where returned_at is not null
),
near as (
    select utc_date, utc_date - 1 as business_date from utc_dates
    union all
    select utc_date, utc_date as business_date from utc_dates
    union all
    select utc_date, utc_date + 1 as business_date from utc_dates
),
bounded as (
    select
        utc_date,
        business_date,
        timezone('UTC', timezone($time_zone, cast(business_date as timestamp))) as starts_at,
        timezone('UTC', timezone($time_zone, cast(business_date + 1 as timestamp))) as ends_at
    from near
)
select utc_date, business_date, starts_at, ends_at
from bounded
where starts_at < cast(utc_date + 1 as timestamp)
    and ends_at > cast(utc_date as timestamp)
