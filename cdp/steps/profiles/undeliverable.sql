-- Addresses whose latest message came back for good.
-- grain: one row per recipient type and value
-- runs on: duckdb, spark
with
reached as (
    select
        coalesce(recipients.recipient_type, messages.recipient_type) as recipient_type,
        coalesce(recipients.identifier_value, messages.recipient_value) as identifier_value,
        messages.device_id,
        max(case when messages.is_hard_bounce then messages.bounced_at end) as bounced_at,
        max(case when messages.is_delivered then coalesce(messages.last_clicked_at, messages.sent_at) end) as reached_at
    from messages
    left join recipients
        on messages.recipient_type = recipients.recipient_type
        and messages.recipient_value = recipients.recipient_value
    group by
        coalesce(recipients.recipient_type, messages.recipient_type),
        coalesce(recipients.identifier_value, messages.recipient_value),
        messages.device_id
)
select
    case when device_id is not null then 'device_id' else recipient_type end as identifier_type,
    case when device_id is not null then lower(trim(device_id)) else identifier_value end as identifier_value,
    max(bounced_at) as bounced_at
from reached
where bounced_at is not null
    and (reached_at is null or reached_at < bounced_at)
group by 1, 2
