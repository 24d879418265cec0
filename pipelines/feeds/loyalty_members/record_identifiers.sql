-- What points from a card to a person: its number, the e-mail and the phones of the form.
-- grain: one row per card, identifier type and value
with
observed as (
    select card_no, 'loyalty_card' as identifier_type, card_no as identifier_value, null as country, enrolled_on,
        last_modified
    from loyalty_members
    union all
    select card_no, 'email', email, null, enrolled_on, last_modified from loyalty_members
    union all
    select card_no, 'phone', mobile, country, enrolled_on, last_modified from loyalty_members
    union all
    select card_no, 'phone', home_phone, country, enrolled_on, last_modified from loyalty_members
)
select
    'loyalty_members:' || card_no as record_id,
    'loyalty_members' as feed,
    identifier_type,
    identifier_value,
    upper(max(country)) as country,
    min(coalesce(cast(enrolled_on as timestamp), last_modified)) as first_seen_at,
    max(last_modified) as last_seen_at,
    1 as count_seen
from observed
where identifier_value is not null
group by card_no, identifier_type, identifier_value
