-- Exchange rates into the workspace's currency.
-- grain: one row per currency and day
select
    rate_date,
    upper(currency) as currency,
    'exchange_rates' as feed,
    rate
from exchange_rates
