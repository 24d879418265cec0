-- Every reason to join two records, with its evidence; those that a guard refused stay, marked as cut.
-- grain: one row per edge
-- runs on: duckdb, spark
with identifier_edges as (
    select * from links
),

refused as (
    select * from refused_links
),

scored as (
    select * from model_edges
),

decided as (
    select * from decision_edges
),

numbers as (
    select * from record_numbers
),

clusters as (
    select * from record_clusters
),

by_identifier as (
    select
        identifier_edges.record_id_l,
        identifier_edges.record_id_r,
        'identifier' as edge_type,
        identifier_edges.identifier_type,
        identifier_edges.identifier_value,
        cast(null as double) as match_weight,
        cast(null as double) as match_probability,
        concat('{"rule": "same ', identifier_edges.identifier_type, '", "names": "', identifier_edges.relation, '"}') as evidence,
        coalesce(identifier_edges.cut_reason, refused.refusal) as cut_reason
    from identifier_edges
    left join refused on identifier_edges.link = refused.link
),

by_model as (
    select
        l.record_id as record_id_l,
        r.record_id as record_id_r,
        'model' as edge_type,
        cast(null as varchar) as identifier_type,
        cast(null as varchar) as identifier_value,
        scored.match_weight,
        scored.match_probability,
        scored.evidence,
        case when scored.is_cut then scored.cut_reason end as cut_reason
    from scored
    inner join numbers as l on scored.component_l = l.node
    inner join numbers as r on scored.component_r = r.node
),

by_decision as (
    select
        record_id_l,
        record_id_r,
        'decision' as edge_type,
        cast(null as varchar) as identifier_type,
        cast(null as varchar) as identifier_value,
        cast(null as double) as match_weight,
        cast(null as double) as match_probability,
        evidence,
        cut_reason
    from decided
),

edges as (
    select * from by_identifier
    union all
    select * from by_model
    union all
    select * from by_decision
)

select
    md5(concat_ws('|', edges.edge_type, edges.record_id_l, edges.record_id_r, edges.identifier_type, edges.identifier_value)) as edge_id,
    edges.record_id_l,
    edges.record_id_r,
    edges.edge_type,
    edges.identifier_type,
    edges.identifier_value,
    edges.match_weight,
    edges.match_probability,
    edges.evidence,
    edges.cut_reason is not null or l.cluster <> r.cluster as is_cut,
    case
        when edges.cut_reason is not null then edges.cut_reason
        when l.cluster <> r.cluster and greatest(l.decided, r.decided) > 0
            then concat('decision ', cast(greatest(l.decided, r.decided) as varchar), ' keeps them apart')
        when l.cluster <> r.cluster then 'the cluster was too large and was taken apart'
    end as cut_reason
from edges
inner join clusters as l on edges.record_id_l = l.record_id
inner join clusters as r on edges.record_id_r = r.record_id
