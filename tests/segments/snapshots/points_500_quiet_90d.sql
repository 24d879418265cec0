WITH orders_1 AS (
  SELECT
    orders.customer_id AS customer_id,
    COUNT(*) AS measure
  FROM orders
  WHERE
    (
      orders.counted_as = 'purchase' AND orders.ordered_at < CAST($as_of AS TIMESTAMP)
    )
    AND orders.ordered_at >= CAST($as_of AS TIMESTAMP) - INTERVAL '90' DAY
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
    profiles.loyalty_balance >= 500 AND COALESCE(orders_1.measure, 0) = 0
  )
