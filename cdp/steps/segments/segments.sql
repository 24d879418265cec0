-- The segments of this workspace, with their definition, their SQL and their size.
-- grain: one row per segment
-- runs on: duckdb
with
sizes as (
    select
        segment,
        count(*) as count_members
    from current_members
    group by segment
)
select
    cast(segment_definitions.segment as varchar) as segment,
    cast(segment_definitions.title as varchar) as title,
    cast(segment_definitions.description as varchar) as description,
    cast(segment_definitions.definition as varchar) as definition,
    cast(segment_definitions.sql as varchar) as sql,
    coalesce(sizes.count_members, 0) as count_members
from segment_definitions
left join sizes on segment_definitions.segment = sizes.segment
