-- The number of the other side: the caller's, or the called one when we rang. Only German numbers with a slash
-- and American ones are known by the way they are written; other local forms have no country.
-- grain: one row per call with a number
with
calls as (
    select
        call_id,
        case when lower(direction) = 'outbound' then called_number else caller_number end as phone,
        started_at
    from call_log
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
    started_at as first_seen_at,
    started_at as last_seen_at,
    1 as count_seen
from calls
where phone is not null
