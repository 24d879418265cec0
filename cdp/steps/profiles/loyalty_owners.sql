-- Whose each movement of points is: the customer of the card's record, else the one known by the card's number.
-- grain: one row per movement of points; customer_id is null when nobody is known by the card
-- runs on: duckdb, spark
with
cards as (
    select distinct
        loyalty_card,
        regexp_replace(regexp_replace(lower(loyalty_card), '[^0-9a-z]', '', 'g'), '^0+', '', 'g') as card_key
    from loyalty_ledger
),
holders as (
    select
        cards.loyalty_card,
        identifiers.customer_id,
        row_number() over (
            partition by cards.loyalty_card
            order by identifiers.count_records desc, identifiers.customer_id asc
        ) as place
    from cards
    inner join identifiers
        on identifiers.identifier_type = 'loyalty_card'
        and cards.card_key = identifiers.identifier_value
)
select
    loyalty_ledger.entry_id,
    coalesce(identity_map.customer_id, holders.customer_id) as customer_id
from loyalty_ledger
left join identity_map on loyalty_ledger.record_id = identity_map.record_id
left join holders on loyalty_ledger.loyalty_card = holders.loyalty_card and holders.place = 1
