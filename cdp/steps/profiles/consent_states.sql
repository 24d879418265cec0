-- The consent in force per channel: the latest timed statement, else the latest undated flag; strictest on ties.
-- grain: one row per customer and consent channel
-- runs on: duckdb, spark
with
stated as (
    select
        identity_map.customer_id,
        consents.channel,
        consents.status,
        consents.stated_at,
        consents.is_timed,
        consents.consent_statement_id
    from consents
    inner join identity_map on consents.record_id = identity_map.record_id
    union all
    select customer_id, channel, status, stated_at, is_timed, consent_statement_id
    from message_consents
),
statements as (
    select
        customer_id,
        channel,
        status,
        stated_at,
        row_number() over (
            partition by customer_id, channel
            order by
                case when is_timed then 0 else 1 end asc,
                stated_at desc nulls last,
                case when status = 'out' then 0 else 1 end asc,
                consent_statement_id asc
        ) as place
    from stated
    where status in ('in', 'out')
        and (
            stated_at < cast($as_of as timestamp)
            or (stated_at is null and not coalesce(is_timed, false))
        )
)
select
    customer_id,
    channel,
    status,
    stated_at
from statements
where place = 1
