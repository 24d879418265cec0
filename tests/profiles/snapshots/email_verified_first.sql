WITH candidates AS (
  SELECT
    customer_id,
    feed,
    record_id,
    observed_at,
    identifier_value AS email_value,
    CONCAT_WS('|', COALESCE(LOWER(identifier_key), '')) AS value_key,
    CASE WHEN identifier_value IS NULL THEN 0 ELSE 1 END AS has_anchor,
    (
      CASE WHEN identifier_value IS NULL THEN 0 ELSE 1 END
    ) * 1000 + (
      COALESCE(LENGTH(identifier_value), 0)
    ) AS completeness,
    CASE
      WHEN REGEXP_MATCHES(identifier_value, '[[:lower:]]')
      AND REGEXP_MATCHES(identifier_value, '[[:upper:]]')
      THEN 1
      ELSE 0
    END AS is_well_cased,
    1 AS priority
  FROM identifier_values
  WHERE
    identifier_type = 'email'
), spelled AS (
  SELECT
    customer_id,
    record_id,
    feed,
    value_key,
    email_value,
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
    email_value,
    is_confirmed AS measure,
    FIRST_VALUE(is_confirmed) OVER (
      PARTITION BY customer_id
      ORDER BY is_confirmed DESC, latest_at DESC, count_records DESC, is_well_cased DESC, value_key, record_id
    ) AS best_measure,
    FIRST_VALUE(latest_at) OVER (
      PARTITION BY customer_id
      ORDER BY is_confirmed DESC, latest_at DESC, count_records DESC, is_well_cased DESC, value_key, record_id
    ) AS best_latest_at,
    latest_at,
    ROW_NUMBER() OVER (
      PARTITION BY customer_id
      ORDER BY is_confirmed DESC, latest_at DESC, count_records DESC, is_well_cased DESC, value_key, record_id
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
    THEN 'verified_first'
    WHEN measure IS DISTINCT FROM best_measure
    THEN 'another value is confirmed by two feeds'
    WHEN latest_at IS DISTINCT FROM best_latest_at
    THEN 'tie, a later record says otherwise'
    ELSE 'tie, broken by spelling'
  END AS reason,
  email_value
FROM ranked
