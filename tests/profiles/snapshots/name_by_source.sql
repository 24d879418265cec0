WITH candidates AS (
  SELECT
    customer_id,
    feed,
    record_id,
    observed_at,
    full_name AS full_name_value,
    first_name AS first_name_value,
    last_name AS last_name_value,
    CONCAT_WS('|', COALESCE(LOWER(full_name), '')) AS value_key,
    CASE WHEN full_name IS NULL THEN 0 ELSE 1 END AS has_anchor,
    (
      CASE WHEN full_name IS NULL THEN 0 ELSE 1 END + CASE WHEN first_name IS NULL THEN 0 ELSE 1 END + CASE WHEN last_name IS NULL THEN 0 ELSE 1 END
    ) * 1000 + (
      COALESCE(LENGTH(full_name), 0) + COALESCE(LENGTH(first_name), 0) + COALESCE(LENGTH(last_name), 0)
    ) AS completeness,
    CASE
      WHEN REGEXP_MATCHES(full_name, '[[:lower:]]')
      AND REGEXP_MATCHES(full_name, '[[:upper:]]')
      THEN 1
      ELSE 0
    END AS is_well_cased,
    CASE feed WHEN 'shop_customers' THEN 1 WHEN 'it''s' THEN 2 ELSE 3 END AS priority
  FROM record_values
  WHERE
    NOT full_name IS NULL OR NOT first_name IS NULL OR NOT last_name IS NULL
), spelled AS (
  SELECT
    customer_id,
    record_id,
    feed,
    value_key,
    full_name_value,
    first_name_value,
    last_name_value,
    has_anchor,
    is_well_cased,
    observed_at,
    MIN(priority) OVER (PARTITION BY customer_id, value_key) AS best_priority,
    MAX(completeness) OVER (PARTITION BY customer_id, value_key) AS best_completeness,
    MAX(observed_at) OVER (PARTITION BY customer_id, value_key) AS latest_at,
    COUNT(*) OVER (PARTITION BY customer_id, value_key) AS count_records,
    CASE
      WHEN MIN(feed) OVER (PARTITION BY customer_id, value_key) <> MAX(feed) OVER (PARTITION BY customer_id, value_key)
      THEN 1
      ELSE 0
    END AS is_confirmed,
    ROW_NUMBER() OVER (
      PARTITION BY customer_id, value_key
      ORDER BY priority, is_well_cased DESC, completeness DESC, observed_at DESC, record_id
    ) AS place
  FROM candidates
), ranked AS (
  SELECT
    customer_id,
    feed,
    record_id,
    observed_at,
    full_name_value,
    first_name_value,
    last_name_value,
    best_priority AS measure,
    FIRST_VALUE(best_priority) OVER (
      PARTITION BY customer_id
      ORDER BY has_anchor DESC, best_priority ASC, latest_at DESC, count_records DESC, is_well_cased DESC, value_key, record_id
    ) AS best_measure,
    FIRST_VALUE(latest_at) OVER (
      PARTITION BY customer_id
      ORDER BY has_anchor DESC, best_priority ASC, latest_at DESC, count_records DESC, is_well_cased DESC, value_key, record_id
    ) AS best_latest_at,
    latest_at,
    ROW_NUMBER() OVER (
      PARTITION BY customer_id
      ORDER BY has_anchor DESC, best_priority ASC, latest_at DESC, count_records DESC, is_well_cased DESC, value_key, record_id
    ) AS value_rank,
    COUNT(*) OVER (PARTITION BY customer_id) AS count_values
  FROM spelled
  WHERE
    place = 1
)
SELECT
  customer_id,
  feed,
  record_id,
  observed_at,
  value_rank,
  count_values,
  CASE
    WHEN count_values = 1
    THEN 'only value'
    WHEN value_rank = 1
    THEN 'source_priority'
    WHEN measure IS DISTINCT FROM best_measure
    THEN 'a source of higher priority says otherwise'
    WHEN latest_at IS DISTINCT FROM best_latest_at
    THEN 'tie, a later record says otherwise'
    ELSE 'tie, broken by spelling'
  END AS reason,
  full_name_value,
  first_name_value,
  last_name_value
FROM ranked
