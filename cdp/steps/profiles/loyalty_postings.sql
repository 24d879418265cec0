-- The points ledger in double entry: what a card gains, an account of the programme gives, and the other way round.
-- grain: one row per movement of points and account; the two rows of a movement sum to zero
-- runs on: duckdb, spark
with
booked as (
    select
        loyalty_ledger.*,
        loyalty_owners.customer_id,
        coalesce(loyalty_ledger.channel, orders.channel) as known_channel
    from loyalty_ledger
    inner join loyalty_owners on loyalty_ledger.entry_id = loyalty_owners.entry_id
    left join orders on loyalty_ledger.order_id = orders.order_id
    where loyalty_ledger.booked_at < cast($as_of as timestamp)
)
select
    entry_id,
    'card' as account,
    loyalty_card,
    customer_id,
    entry_type,
    points,
    known_channel as channel,
    booked_at
from booked
union all
select
    entry_id,
    case entry_type
        when 'opening' then 'balances carried over'
        when 'earn' then 'points granted'
        when 'burn' then 'points redeemed'
        when 'reversal' then 'movements taken back'
        when 'expire' then 'points expired'
        else 'adjustments'
    end as account,
    loyalty_card,
    customer_id,
    entry_type,
    -points as points,
    known_channel as channel,
    booked_at
from booked
