-- One line per customer: anonymous when nothing but a device or a bare order number is known.
-- grain: one row per customer
-- runs on: duckdb, spark
with mapped as (
    select * from identity_map
),

records as (
    select * from identity_records
),

clusters as (
    select * from record_clusters
),

names as (
    select * from record_names
),

usable as (
    select * from identifiers
),

limits as (
    select * from identifier_limits
),

personal as (
    select distinct usable.customer_id
    from usable
    inner join limits on usable.identifier_type = limits.identifier_type
    where limits.is_personal
),

gathered as (
    select
        mapped.customer_id,
        count(*) as count_records,
        count(distinct mapped.feed) as count_feeds,
        count(names.record_id) as count_names,
        max(clusters.needs_review) as needs_review,
        min(case when records.first_observed_at < $as_of then records.first_observed_at end) as first_seen_at,
        max(case when records.last_observed_at < $as_of then records.last_observed_at end) as last_seen_at
    from mapped
    inner join records on mapped.record_id = records.record_id
    inner join clusters on mapped.record_id = clusters.record_id
    left join names on mapped.record_id = names.record_id
    group by mapped.customer_id
)

select
    gathered.customer_id,
    gathered.count_names = 0 and personal.customer_id is null as is_anonymous,
    gathered.first_seen_at,
    gathered.last_seen_at,
    gathered.count_records,
    gathered.count_feeds,
    gathered.needs_review
from gathered
left join personal on gathered.customer_id = personal.customer_id
