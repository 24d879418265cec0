-- What points from a receipt to a person: card, e-mail and phone typed at the till, the receipt itself and,
-- on returns, the sale that is brought back.
-- grain: one row per receipt, identifier type and value
with
lines as (
    select
        'pos_receipts:' || pos_receipts.receipt_key as record_id,
        pos_receipts.receipt_key,
        pos_receipts.loyalty_card,
        pos_receipts.email,
        pos_receipts.phone,
        pos_receipts.original_receipt,
        pos_receipts.happened_at,
        stores.country
    from pos_receipts
    left join stores on pos_receipts.store_no = stores.store_id
),
observed as (
    select record_id, 'loyalty_card' as identifier_type, loyalty_card as identifier_value, null as country,
        happened_at
    from lines
    union all
    select record_id, 'email', email, null, happened_at from lines
    union all
    select record_id, 'phone', phone, country, happened_at from lines
    union all
    select record_id, 'order_id', receipt_key, null, happened_at from lines
    union all
    select record_id, 'order_id', original_receipt, null, happened_at from lines
)
select
    record_id,
    'pos_receipts' as feed,
    identifier_type,
    identifier_value,
    max(country) as country,
    min(happened_at) as first_seen_at,
    max(happened_at) as last_seen_at,
    1 as count_seen
from observed
where identifier_value is not null
group by record_id, identifier_type, identifier_value
