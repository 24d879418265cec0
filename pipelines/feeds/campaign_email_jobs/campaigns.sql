-- Sends of mails. The first word of a mail's name is its campaign.
-- grain: one row per send
select
    coalesce(nullif(regexp_extract(email_name, '^([A-Za-z0-9-]+)_', 1), ''), email_name, send_id) as campaign_id,
    send_id,
    'campaign_email_jobs' as feed,
    replace(regexp_replace(email_name, '^[A-Za-z0-9-]+_', ''), '_', ' ') as name,
    'email' as channel,
    subject,
    coalesce(sent_at, scheduled_at) as started_at
from campaign_email_jobs
