-- Lead forms sent from an advertisement.
-- grain: one row per lead
select
    'social_leads:' || lead_id as touchpoint_id,
    'social_leads:' || lead_id as record_id,
    'social_leads' as feed,
    'social' as channel,
    'Lead Submitted' as event_name,
    created_at as occurred_at,
    campaign_name as campaign,
    json_object('network', platform, 'form', form_name, 'ad', ad_name, 'is_organic', is_organic) as properties
from social_leads
