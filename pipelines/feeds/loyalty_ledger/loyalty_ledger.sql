-- Movements of points; the channel is that of the sale or return they refer to.
-- grain: one row per movement
with
receipts as (
    select source_id as reference
    from identity_records
    where record_kind = 'receipt'
)
select
    'loyalty_ledger:' || loyalty_ledger.txn_id as entry_id,
    'loyalty_ledger' as feed,
    'loyalty_members:' || loyalty_ledger.card_no as record_id,
    loyalty_ledger.card_no as loyalty_card,
    lower(loyalty_ledger.txn_type) as entry_type,
    loyalty_ledger.points,
    case when receipts.reference is not null then 'store' else orders.channel end as channel,
    loyalty_ledger.reference as order_id,
    loyalty_ledger.booked_at
from loyalty_ledger
left join receipts on loyalty_ledger.reference = receipts.reference
left join orders on loyalty_ledger.reference = orders.order_id
