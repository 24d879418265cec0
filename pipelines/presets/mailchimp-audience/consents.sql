-- When members subscribed and unsubscribed. An address that was cleaned bounced: it counts as unsubscribed.
-- grain: one row per record and channel
with
stated as (
    select
        leid as source_id,
        'email' as channel,
        case when optin_time is not null then 'in' end as status,
        optin_time as stated_at,
        true as is_timed,
        'OPTIN_TIME' as source
    from mailchimp_audience
    union all
    select
        leid as source_id,
        'email' as channel,
        case when confirm_time is not null then 'in' end as status,
        confirm_time as stated_at,
        true as is_timed,
        'CONFIRM_TIME' as source
    from mailchimp_audience
    union all
    select
        leid as source_id,
        'email' as channel,
        case when clean_time is not null then 'out' end as status,
        clean_time as stated_at,
        true as is_timed,
        'CLEAN_TIME' as source
    from mailchimp_audience
    union all
    select
        leid as source_id,
        'email' as channel,
        case when unsub_time is not null then 'out' end as status,
        unsub_time as stated_at,
        true as is_timed,
        'UNSUB_TIME' as source
    from mailchimp_audience
)
select
    'mailchimp_audience:' || source_id || ':' || channel as consent_statement_id,
    'mailchimp_audience:' || source_id as record_id,
    'mailchimp_audience' as feed,
    channel,
    status,
    stated_at,
    is_timed,
    source
from stated
where status is not null
qualify row_number() over (
    partition by source_id, channel order by is_timed desc, stated_at desc nulls last, status desc
) = 1
