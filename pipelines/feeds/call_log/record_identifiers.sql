-- The number of the other side: the caller's, or the called one when we rang. Only German numbers with a slash
-- and American ones are known by the way they are written; other local forms have no country.
-- grain: one row per call with a number
with
zones as (
    select name from pg_timezone_names()
),
calls as (
    select
        call_log.call_id,
        case when lower(call_log.direction) = 'outbound' then call_log.called_number else call_log.caller_number end
            as phone,
        timezone('UTC', timezone(coalesce(zones.name, 'Europe/London'), call_log.started_at)) as happened_at
    from call_log
    left join zones on call_log.time_zone = zones.name
)
select
    'call_log:' || call_id as record_id,
    'call_log' as feed,
    'phone' as identifier_type,
    phone as identifier_value,
    case
        when regexp_matches(phone, '^0[1-9][0-9]{1,4}/[0-9]') then 'DE'
        when regexp_matches(phone, '^[(]?[2-9][0-9]{2}[) .-]+[2-9][0-9]{2}[ .-][0-9]{4}$') then 'US'
    end as country,
    happened_at as first_seen_at,
    happened_at as last_seen_at,
    1 as count_seen
from calls
where phone is not null
