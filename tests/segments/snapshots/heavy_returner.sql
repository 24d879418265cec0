SELECT
  profiles.customer_id
FROM profiles
WHERE
  NOT profiles.is_erasure_requested
  AND (
    profiles.count_orders >= 3
    AND profiles.gross_revenue > 0
    AND profiles.returned_value >= profiles.gross_revenue * 0.4
  )
