WITH order_lines_1 AS (
  SELECT
    orders.customer_id AS customer_id,
    COUNT(*) AS measure
  FROM order_lines
  INNER JOIN orders
    ON order_lines.order_id = orders.order_id
  LEFT JOIN products
    ON order_lines.sku = products.sku
  LEFT JOIN (
    SELECT
      *
    FROM products
    QUALIFY
      ROW_NUMBER() OVER (PARTITION BY gtin ORDER BY sku) = 1
  ) AS products_by_gtin
    ON order_lines.sku IS NULL AND order_lines.gtin = products_by_gtin.gtin
  WHERE
    (
      (
        orders.counted_as = 'purchase' AND orders.ordered_at < CAST($as_of AS TIMESTAMP)
      )
      AND orders.ordered_at >= CAST($as_of AS TIMESTAMP) - INTERVAL '365' DAY
    )
    AND COALESCE(products.category, products_by_gtin.category) = 'Outdoor'
  GROUP BY
    orders.customer_id
), order_lines_2 AS (
  SELECT
    orders.customer_id AS customer_id,
    COUNT(*) AS measure
  FROM order_lines
  INNER JOIN orders
    ON order_lines.order_id = orders.order_id
  LEFT JOIN products
    ON order_lines.sku = products.sku
  LEFT JOIN (
    SELECT
      *
    FROM products
    QUALIFY
      ROW_NUMBER() OVER (PARTITION BY gtin ORDER BY sku) = 1
  ) AS products_by_gtin
    ON order_lines.sku IS NULL AND order_lines.gtin = products_by_gtin.gtin
  WHERE
    (
      (
        orders.counted_as = 'purchase' AND orders.ordered_at < CAST($as_of AS TIMESTAMP)
      )
      AND orders.ordered_at >= CAST($as_of AS TIMESTAMP) - INTERVAL '365' DAY
    )
    AND COALESCE(products.category, products_by_gtin.category) = 'Kitchen'
  GROUP BY
    orders.customer_id
)
SELECT
  profiles.customer_id
FROM profiles
LEFT JOIN order_lines_1
  ON profiles.customer_id = order_lines_1.customer_id
LEFT JOIN order_lines_2
  ON profiles.customer_id = order_lines_2.customer_id
WHERE
  NOT profiles.is_erasure_requested
  AND (
    COALESCE(order_lines_1.measure, 0) >= 1
    AND COALESCE(order_lines_2.measure, 0) >= 1
  )
