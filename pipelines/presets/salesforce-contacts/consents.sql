-- Statements for and against being contacted; nothing is said where a field is empty or was never answered.
-- grain: one row per record and channel
with
stated as (
    select
        id as source_id,
        'email' as channel,
        case when has_opted_out_of_email then 'out' end as status,
        last_modified_date as stated_at,
        false as is_timed,
        'HasOptedOutOfEmail' as source
    from salesforce_contacts
)
select
    'salesforce_contacts:' || source_id || ':' || channel as consent_statement_id,
    'salesforce_contacts:' || source_id as record_id,
    'salesforce_contacts' as feed,
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
