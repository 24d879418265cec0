-- Components that may hold several people: conflicting names, several birth dates, or more names than are compared.
-- grain: one row per suspicious component
-- runs on: duckdb, spark
with names as (
    select * from component_names
),

relations as (
    select * from name_relations
),

components as (
    select * from record_components
),

numbers as (
    select * from record_numbers
),

conflicting_names as (
    select distinct l.component
    from names as l
    inner join names as r on l.component = r.component and l.name_key < r.name_key
    inner join relations on l.name_key = relations.name_key_l and r.name_key = relations.name_key_r
    where l.count_names <= $max_names_compared
        and (relations.is_given_conflict or relations.is_family_conflict or relations.is_suffix_conflict)
),

several_birth_dates as (
    select components.component
    from components
    inner join numbers on components.node = numbers.node
    where numbers.birth_date <> ''
    group by components.component
    having count(distinct numbers.birth_date) > 1
),

too_many_names as (
    select distinct component
    from names
    where count_names > $max_names_compared
)

select component from conflicting_names
union
select component from several_birth_dates
union
select component from too_many_names
