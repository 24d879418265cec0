-- E-mail addresses that do not say whom a record without a name speaks of: several people use them, or their own name
-- is another person's than that of everybody who is known to use them.
-- grain: one row per contested identifier type and value
-- runs on: duckdb, spark
with pairs as (
    select * from holder_pairs
),

relations as (
    select * from name_relations
),

verdicts as (
    select * from mailbox_verdicts
),

used_by_several as (
    select distinct
        pairs.identifier_type,
        pairs.identifier_value
    from pairs
    inner join relations on pairs.name_key_l = relations.name_key_l and pairs.name_key_r = relations.name_key_r
    where pairs.identifier_type = 'email' and relations.is_given_conflict
)

select
    identifier_type,
    identifier_value,
    'several people use it' as reason
from used_by_several
union all
select
    verdicts.identifier_type,
    verdicts.identifier_value,
    'its name is another person''s' as reason
from verdicts
anti join used_by_several
    on verdicts.identifier_type = used_by_several.identifier_type
    and verdicts.identifier_value = used_by_several.identifier_value
group by verdicts.identifier_type, verdicts.identifier_value
having min(verdicts.verdict) = -1 and max(verdicts.verdict) < 1
