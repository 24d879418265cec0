-- Contacts of customers that must not be written to, or cannot be: on a suppression list (of its own channel, or of
-- the person in that channel), sent back for good, or a landline.
-- grain: one row per channel, contact and reason
-- runs on: duckdb, spark
with
channels as (
    select 'email' as channel, 'email' as identifier_type
    union all
    select 'sms' as channel, 'phone' as identifier_type
    union all
    select 'push' as channel, 'device_id' as identifier_type
),
entries as (
    select
        request_matches.request_id,
        request_matches.customer_id,
        request_matches.identifier_type,
        request_matches.identifier_value,
        coalesce(lower(privacy_requests.channel), channels.channel, 'all') as channel,
        privacy_requests.reason,
        privacy_requests.requested_at,
        privacy_requests.valid_until
    from request_matches
    inner join privacy_requests
        on request_matches.request_id = privacy_requests.request_id
    left join channels
        on request_matches.identifier_type = channels.identifier_type
    where privacy_requests.request_type = 'suppression'
),
suppressed as (
    select
        channels.channel,
        identifiers.identifier_type,
        identifiers.identifier_value,
        entries.reason as detail,
        entries.requested_at as since,
        entries.valid_until as until,
        row_number() over (
            partition by channels.channel, identifiers.identifier_value
            order by entries.requested_at asc, entries.request_id asc
        ) as place
    from entries
    inner join channels
        on entries.channel in (channels.channel, 'all')
    inner join identifiers
        on entries.customer_id = identifiers.customer_id
        and channels.identifier_type = identifiers.identifier_type
    -- an entry of the contact's own channel names the contact, any other the person
    where entries.channel = 'all'
        or entries.identifier_type <> identifiers.identifier_type
        or entries.identifier_value = identifiers.identifier_value
)
select channel, identifier_type, identifier_value, 'suppressed' as reason, detail, since, until
from suppressed
where place = 1
union all
select
    channels.channel,
    undeliverable.identifier_type,
    undeliverable.identifier_value,
    'bounced' as reason,
    cast(null as varchar) as detail,
    undeliverable.bounced_at as since,
    cast(null as timestamp) as until
from undeliverable
inner join channels on undeliverable.identifier_type = channels.identifier_type
union all
select
    'sms' as channel,
    'phone' as identifier_type,
    identifier_value,
    'landline' as reason,
    cast(null as varchar) as detail,
    cast(null as timestamp) as since,
    cast(null as timestamp) as until
from usable_identifiers
where identifier_type = 'phone'
    and is_landline
group by identifier_value
