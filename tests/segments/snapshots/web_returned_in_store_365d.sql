WITH returns_1 AS (
  SELECT
    returns.customer_id AS customer_id,
    COUNT(*) AS measure
  FROM returns
  LEFT JOIN orders
    ON returns.order_id = orders.order_id
  WHERE
    (
      (
        (
          returns.counted_as = 'purchase'
          AND returns.returned_at < CAST($as_of AS TIMESTAMP)
        )
        AND returns.returned_at >= CAST($as_of AS TIMESTAMP) - INTERVAL '365' DAY
      )
      AND COALESCE(
        orders.channel,
        CASE WHEN returns.return_channel = 'store' THEN 'store' ELSE 'web' END
      ) IN ('web', 'app')
    )
    AND returns.return_channel = 'store'
  GROUP BY
    returns.customer_id
)
SELECT
  profiles.customer_id
FROM profiles
LEFT JOIN returns_1
  ON profiles.customer_id = returns_1.customer_id
WHERE
  NOT profiles.is_erasure_requested AND COALESCE(returns_1.measure, 0) >= 1
