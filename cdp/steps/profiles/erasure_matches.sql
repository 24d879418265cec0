-- Customers named by an erasure request.
-- grain: one row per request and customer it names
-- runs on: duckdb, spark
select distinct
    request_matches.request_id,
    request_matches.customer_id
from request_matches
inner join privacy_requests
    on request_matches.request_id = privacy_requests.request_id
where privacy_requests.request_type = 'erasure'
