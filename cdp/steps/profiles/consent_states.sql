-- The consent in force per channel: the latest timed statement, else the latest undated flag; strictest on ties.
-- grain: one row per customer and consent channel
-- runs on: duckdb, spark
with
statements as (
    select
        identity_map.customer_id,
        consents.channel,
        consents.status,
        consents.stated_at,
        row_number() over (
            partition by identity_map.customer_id, consents.channel
            order by
                case when consents.is_timed then 0 else 1 end asc,
                consents.stated_at desc nulls last,
                case when consents.status = 'out' then 0 else 1 end asc,
                consents.consent_statement_id asc
        ) as place
    from consents
    inner join identity_map on consents.record_id = identity_map.record_id
    where consents.status in ('in', 'out')
        and (
            consents.stated_at < cast($as_of as timestamp)
            or (consents.stated_at is null and not coalesce(consents.is_timed, false))
        )
)
select
    customer_id,
    channel,
    status,
    stated_at
from statements
where place = 1
