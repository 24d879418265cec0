-- The e-mail box ticked on a member's form. It has no time and may be stale; an empty box is no statement.
-- grain: one row per card with a ticked box
select
    'loyalty_members:' || card_no || ':email' as consent_statement_id,
    'loyalty_members:' || card_no as record_id,
    'loyalty_members' as feed,
    'email' as channel,
    'in' as status,
    last_modified as stated_at,
    false as is_timed,
    'loyalty form' as source
from loyalty_members
where email_opt_in
