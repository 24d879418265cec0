WITH orders_1 AS (
  SELECT
    orders.customer_id AS customer_id,
    COUNT(*) AS measure
  FROM orders
  WHERE
    (
      (
        orders.counted_as = 'purchase' AND orders.ordered_at < CAST($as_of AS TIMESTAMP)
      )
      AND orders.ordered_at >= CAST($as_of AS TIMESTAMP) - INTERVAL '180' DAY
    )
    AND orders.channel = 'store'
  GROUP BY
    orders.customer_id
), orders_2 AS (
  SELECT
    orders.customer_id AS customer_id,
    COUNT(*) AS measure
  FROM orders
  WHERE
    (
      (
        orders.counted_as = 'purchase' AND orders.ordered_at < CAST($as_of AS TIMESTAMP)
      )
      AND orders.ordered_at >= CAST($as_of AS TIMESTAMP) - INTERVAL '180' DAY
    )
    AND orders.channel IN ('web', 'app')
  GROUP BY
    orders.customer_id
)
SELECT
  profiles.customer_id
FROM profiles
LEFT JOIN orders_1
  ON profiles.customer_id = orders_1.customer_id
LEFT JOIN orders_2
  ON profiles.customer_id = orders_2.customer_id
WHERE
  NOT profiles.is_erasure_requested
  AND (
    COALESCE(orders_1.measure, 0) >= 1 AND COALESCE(orders_2.measure, 0) >= 1
  )
