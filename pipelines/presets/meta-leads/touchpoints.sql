-- Lead forms sent from an advertisement.
-- grain: one row per lead
select
    'meta_leads:' || lead_id as touchpoint_id,
    'meta_leads:' || lead_id as record_id,
    'meta_leads' as feed,
    'social' as channel,
    'Lead Submitted' as event_name,
    created_at as occurred_at,
    campaign_name as campaign,
    json_object('network', platform, 'form', form_name, 'ad', ad_name, 'is_organic', is_organic) as properties
from meta_leads
