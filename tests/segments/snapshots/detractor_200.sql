SELECT
  profiles.customer_id
FROM profiles
WHERE
  NOT profiles.is_erasure_requested
  AND (
    profiles.last_nps_score BETWEEN 0 AND 6 AND profiles.net_revenue >= 200
  )
