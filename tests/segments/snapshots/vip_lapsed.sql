SELECT
  profiles.customer_id
FROM profiles
WHERE
  NOT profiles.is_erasure_requested
  AND (
    profiles.net_revenue >= 600
    AND profiles.last_purchase_at < CAST($as_of AS TIMESTAMP) - INTERVAL '180' DAY
  )
