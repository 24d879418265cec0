SELECT
  profiles.customer_id
FROM profiles
WHERE
  NOT profiles.is_erasure_requested AND profiles.open_cart_devices >= 2
