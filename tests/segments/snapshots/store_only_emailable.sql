SELECT
  profiles.customer_id
FROM profiles
WHERE
  NOT profiles.is_erasure_requested
  AND (
    profiles.count_orders_store >= 1
    AND profiles.count_orders_web = 0
    AND profiles.count_orders_app = 0
    AND profiles.consent_email = 'in'
  )
