SELECT
  profiles.customer_id
FROM profiles
WHERE
  NOT profiles.is_erasure_requested AND profiles.reservations_waiting >= 1
