-- Identifier links over record numbers, themselves numbered in an order that does not change.
-- grain: one row per link
-- runs on: duckdb, spark
with identifier_edges as (
    select * from identifier_links
),

numbers as (
    select * from record_numbers
)

select
    row_number() over (
        order by
            identifier_edges.priority desc,
            identifier_edges.identifier_type,
            identifier_edges.identifier_value,
            identifier_edges.record_id_l,
            identifier_edges.record_id_r
    ) - 1 as link,
    l.node as node_l,
    r.node as node_r,
    identifier_edges.*
from identifier_edges
inner join numbers as l on identifier_edges.record_id_l = l.record_id
inner join numbers as r on identifier_edges.record_id_r = r.record_id
