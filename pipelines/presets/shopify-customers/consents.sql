-- Marketing boxes ticked on an account. They have no time and may be stale; an empty box is no statement.
-- grain: one row per account and ticked channel
with
accounts as (
    select *
    from shopify_customers
    where coalesce(first_name, last_name, email, phone, address_phone, address1) is not null
),
ticked as (
    select customer_id, 'email' as channel from accounts where accepts_email
    union all
    select customer_id, 'sms' as channel from accounts where accepts_sms
)
select
    'shopify_customers:' || customer_id || ':' || channel as consent_statement_id,
    'shopify_customers:' || customer_id as record_id,
    'shopify_customers' as feed,
    channel,
    'in' as status,
    false as is_timed,
    'account flag' as source
from ticked
