-- Statements against being contacted; nothing is said where a field is empty or was never answered. Who opted out
-- of one kind of e-mail counts as opted out, whichever kind it is.
-- grain: one row per record and channel
with
stated as (
    select
        record_id as source_id,
        'email' as channel,
        case when unsubscribed_from_all_email then 'out' end as status,
        last_modified_date as stated_at,
        false as is_timed,
        'Unsubscribed from all email' as source
    from hubspot_contacts
    union all
    select
        record_id,
        'email',
        case when opted_out_of_marketing_information then 'out' end,
        last_modified_date,
        false,
        'Opted out of email: Marketing Information'
    from hubspot_contacts
    union all
    select
        record_id,
        'email',
        case when opted_out_of_one_to_one then 'out' end,
        last_modified_date,
        false,
        'Opted out of email: One to One'
    from hubspot_contacts
    union all
    select
        record_id,
        'email',
        case when opted_out_of_customer_service_communication then 'out' end,
        last_modified_date,
        false,
        'Opted out of email: Customer Service Communication'
    from hubspot_contacts
)
select
    'hubspot_contacts:' || source_id || ':' || channel as consent_statement_id,
    'hubspot_contacts:' || source_id as record_id,
    'hubspot_contacts' as feed,
    channel,
    status,
    stated_at,
    is_timed,
    source
from stated
where status is not null
qualify row_number() over (
    partition by source_id, channel order by is_timed desc, stated_at desc nulls last, status desc, source desc
) = 1
