-- Regular prices that differ between channels on the same day. What a promotion lowers is left out on both sides.
-- grain: one row per product, currency, channel that is out of line and first day of it
-- runs on: duckdb
with
regular as (
    select
        sku,
        coalesce(currency, $currency) as currency,
        channel,
        price,
        valid_from,
        coalesce(valid_to + 1, date '9999-12-31') as until_date
    from prices
    where promotion_id is null
        and valid_from <= cast($business_date as date)
),
doubtful as (
    select sku, currency
    from regular
    group by sku, currency
    having count(distinct price) > 1
        and count(distinct channel) > 1
),
listed as (
    select
        regular.*,
        regular.price = lag(regular.price) over listing
            and regular.valid_from <= lag(regular.until_date) over listing as is_same_again
    from regular
    semi join doubtful on regular.sku = doubtful.sku and regular.currency = doubtful.currency
    window listing as (
        partition by regular.sku, regular.currency, regular.channel order by regular.valid_from, regular.price
    )
),
-- a price that is only listed again stands since it was listed first
numbered as (
    select
        *,
        sum(case when is_same_again then 0 else 1 end) over (
            partition by sku, currency, channel order by valid_from, price
        ) as listing_number
    from listed
),
kept as (
    select
        sku,
        currency,
        channel,
        price,
        min(valid_from) as valid_from,
        max(until_date) as until_date
    from numbered
    group by sku, currency, channel, price, listing_number
),
cuts as (
    select sku, currency, valid_from as cut_date from kept
    union
    select sku, currency, until_date as cut_date from kept
),
spans as (
    select
        sku,
        currency,
        cut_date as from_date,
        lead(cut_date) over (partition by sku, currency order by cut_date) as until_date
    from cuts
),
in_force as (
    select
        spans.sku,
        spans.currency,
        spans.from_date,
        spans.until_date,
        kept.channel,
        arg_max(kept.price, (kept.valid_from, kept.price)) as price,
        max(kept.valid_from) as since_date
    from spans
    inner join kept
        on spans.sku = kept.sku
        and spans.currency = kept.currency
        and kept.valid_from <= spans.from_date
        and kept.until_date > spans.from_date
    where spans.until_date is not null
        and spans.from_date <= cast($business_date as date)
    group by spans.sku, spans.currency, spans.from_date, spans.until_date, kept.channel
),
-- the price of most channels is the right one; of two equally many the one that stood before
ranked as (
    select
        sku,
        currency,
        from_date,
        until_date,
        price,
        array_to_string(list_sort(list(channel)), '|') as channels,
        row_number() over (
            partition by sku, currency, from_date
            order by count(*) desc, min(since_date) asc, price asc
        ) as place
    from in_force
    group by sku, currency, from_date, until_date, price
),
odd as (
    select
        in_force.sku,
        in_force.currency,
        in_force.channel as odd_channel,
        in_force.price as odd_price,
        usual.channels as other_channels,
        usual.price as other_price,
        in_force.from_date,
        in_force.until_date
    from in_force
    inner join ranked as usual
        on in_force.sku = usual.sku
        and in_force.currency = usual.currency
        and in_force.from_date = usual.from_date
        and usual.place = 1
    where in_force.price <> usual.price
),
stretches as (
    select
        *,
        sum(case when from_date = before_date then 0 else 1 end) over (
            partition by sku, currency, odd_channel, odd_price, other_price
            order by from_date
        ) as stretch
    from (
        select
            *,
            lag(until_date) over (
                partition by sku, currency, odd_channel, odd_price, other_price order by from_date
            ) as before_date
        from odd
    ) as followed
)
select
    sku,
    currency,
    odd_channel,
    odd_price,
    max(other_channels) as other_channels,
    other_price,
    min(from_date) as valid_from,
    case when max(until_date) < date '9999-12-31' then max(until_date) - 1 end as valid_to,
    max(until_date) > cast($business_date as date) as is_current
from stretches
group by sku, currency, odd_channel, odd_price, other_price, stretch
