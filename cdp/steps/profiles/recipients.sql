-- The customer to whom each address of a message belongs, and the record that bears it: the first of all who bear it.
-- grain: one row per recipient type and value that some customer is known by
-- runs on: duckdb, spark
select
    recipient_type,
    recipient_value,
    identifier_value,
    customer_id,
    record_id
from recipient_bearers
where place = 1
