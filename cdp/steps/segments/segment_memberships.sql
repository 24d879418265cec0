-- Who has been a member from when to when. A stay ends on the date on which the customer was no member any
-- more, also because the customer id was merged away or the segment was given up; same-day stays leave no row.
-- grain: one row per segment, customer and stay
-- runs on: duckdb
with
carried as (
    select
        previous.segment,
        previous.customer_id,
        previous.valid_from,
        case
            when current_members.customer_id is not null
                and coalesce(previous.valid_to >= cast($business_date as date), true)
                then null
            else coalesce(previous.valid_to, cast($business_date as date))
        end as valid_to
    from prev_segment_memberships as previous
    left join current_members
        on previous.segment = current_members.segment
        and previous.customer_id = current_members.customer_id
),
stays as (
    select
        segment,
        customer_id,
        valid_from,
        valid_to
    from carried
    where valid_to is null
        or valid_to > valid_from
),
entered as (
    select
        current_members.segment,
        current_members.customer_id,
        cast($business_date as date) as valid_from,
        cast(null as date) as valid_to
    from current_members
    where not exists (
        select 1
        from stays
        where stays.segment = current_members.segment
            and stays.customer_id = current_members.customer_id
            and stays.valid_to is null
    )
),
memberships as (
    select segment, customer_id, valid_from, valid_to from stays
    union all
    select segment, customer_id, valid_from, valid_to from entered
)
select
    segment,
    customer_id,
    valid_from,
    valid_to
from memberships
