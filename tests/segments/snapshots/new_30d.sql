SELECT
  profiles.customer_id
FROM profiles
WHERE
  NOT profiles.is_erasure_requested
  AND (
    profiles.first_purchase_at >= CAST($as_of AS TIMESTAMP) - INTERVAL '30' DAY
    AND profiles.first_purchase_at < CAST($as_of AS TIMESTAMP)
  )
