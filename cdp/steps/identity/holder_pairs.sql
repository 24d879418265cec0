-- Pairs of named holders of one identifier value.
-- grain: one row per identifier type, value and pair of names
-- runs on: duckdb, spark
with holders as (
    select * from identifier_holders
)

select
    l.identifier_type,
    l.identifier_value,
    l.name_key as name_key_l,
    r.name_key as name_key_r,
    l.hub_record_id as record_id_l,
    r.hub_record_id as record_id_r
from holders as l
inner join holders as r
    on l.identifier_type = r.identifier_type
    and l.identifier_value = r.identifier_value
    and l.name_key < r.name_key
where l.name_key <> ''
