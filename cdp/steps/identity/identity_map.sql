-- Which customer each record belongs to.
-- grain: one row per record
-- runs on: duckdb, spark
with records as (
    select * from identity_records
),

clusters as (
    select * from record_clusters
),

ids as (
    select * from cluster_ids
)

select
    records.record_id,
    records.feed,
    records.source_id,
    ids.customer_id
from records
inner join clusters on records.record_id = clusters.record_id
inner join ids on clusters.cluster = ids.cluster
