-- Statements for and against being contacted; nothing is said where a field is empty or was never answered.
-- grain: one row per record and channel
with
stated as (
    select
        klaviyo_id as source_id,
        'email' as channel,
        case when lower(email_marketing_consent) in ('subscribed') then 'in' when lower(email_marketing_consent) in ('unsubscribed') then 'out' end as status,
        email_marketing_consent_timestamp as stated_at,
        email_marketing_consent_timestamp is not null as is_timed,
        'Email Marketing Consent' as source
    from klaviyo_profiles
    union all
    select
        klaviyo_id as source_id,
        'email' as channel,
        case when accepts_marketing then 'in' end as status,
        cast(null as timestamp) as stated_at,
        false as is_timed,
        'Accepts Marketing' as source
    from klaviyo_profiles
    union all
    select
        klaviyo_id as source_id,
        'sms' as channel,
        case when lower(sms_marketing_consent) in ('subscribed') then 'in' when lower(sms_marketing_consent) in ('unsubscribed') then 'out' end as status,
        sms_marketing_consent_timestamp as stated_at,
        sms_marketing_consent_timestamp is not null as is_timed,
        'SMS Marketing Consent' as source
    from klaviyo_profiles
)
select
    'klaviyo_profiles:' || source_id || ':' || channel as consent_statement_id,
    'klaviyo_profiles:' || source_id as record_id,
    'klaviyo_profiles' as feed,
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
