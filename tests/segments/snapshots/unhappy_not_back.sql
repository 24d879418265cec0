WITH orders_1 AS (
  SELECT
    orders.customer_id AS customer_id,
    COUNT(*) AS measure
  FROM orders
  JOIN profiles
    ON orders.customer_id = profiles.customer_id
  WHERE
    (
      orders.counted_as = 'purchase' AND orders.ordered_at < CAST($as_of AS TIMESTAMP)
    )
    AND orders.ordered_at > profiles.first_low_csat_at
  GROUP BY
    orders.customer_id
)
SELECT
  profiles.customer_id
FROM profiles
LEFT JOIN orders_1
  ON profiles.customer_id = orders_1.customer_id
WHERE
  NOT profiles.is_erasure_requested
  AND (
    NOT profiles.first_low_csat_at IS NULL AND COALESCE(orders_1.measure, 0) = 0
  )
