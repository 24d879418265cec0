-- Every return with the customer it is credited to: the buyer where known, else whoever brought it back; as what it
-- counts, and its value in the workspace's currency by the rate of the sale, of a sale unknown by that of its own day.
-- grain: one row per return; counted_as is null for returns of cancelled orders and those after the as-of instant
-- runs on: duckdb, spark
with
sales as (
    select
        orders.order_id,
        orders.channel,
        orders.ordered_at,
        coalesce(orders.is_cancelled, false) as is_cancelled,
        order_owners.customer_id,
        order_owners.counted_as,
        order_owners.exchange_rate,
        order_owners.revenue,
        orders.gross_revenue,
        lower(coalesce(orders.currency, $currency)) as currency
    from orders
    inner join order_owners on orders.order_id = order_owners.order_id
),
returners as (
    select
        returns.return_id,
        identity_map.customer_id,
        coalesce(customers.is_anonymous, true) as is_anonymous,
        record_evidence.evidence
    from returns
    inner join identity_map on returns.record_id = identity_map.record_id
    left join customers on identity_map.customer_id = customers.customer_id
    left join record_evidence on returns.record_id = record_evidence.record_id
),
credited as (
    select
        returns.return_id,
        sales.counted_as in ('purchase', 'probable') as is_buyer_known,
        case
            when sales.counted_as in ('purchase', 'probable') then sales.customer_id
            when not returners.is_anonymous then returners.customer_id
            else coalesce(sales.customer_id, returners.customer_id)
        end as customer_id,
        case
            when sales.counted_as in ('purchase', 'probable') then sales.counted_as
            when coalesce(returners.is_anonymous, true) then 'anonymous'
            when returners.evidence = 'strong' then 'purchase'
            else 'probable'
        end as counts_as,
        coalesce(
            sales.channel,
            case when returns.return_channel = 'store' then 'store' else 'web' end
        ) as sale_channel,
        sales.ordered_at,
        not coalesce(sales.is_cancelled, false)
            and coalesce(sales.ordered_at < cast($as_of as timestamp), true)
            and coalesce(returns.returned_at < cast($as_of as timestamp), true) as is_counted,
        case
            when return_currencies.currency = lower($currency) then returns.amount
            when sales.order_id is null or return_currencies.currency <> sales.currency
                then cast(round(returns.amount * day_rates.rate, 2) as decimal(18, 2))
            -- all of it brought back is worth what it was sold for, to the cent
            when returns.amount = sales.gross_revenue then sales.revenue
            else cast(round(returns.amount * sales.exchange_rate, 2) as decimal(18, 2))
        end as value
    from returns
    left join sales on returns.order_id = sales.order_id
    left join returners on returns.return_id = returners.return_id
    inner join return_currencies on returns.return_id = return_currencies.return_id
    left join day_rates
        on return_currencies.currency = day_rates.currency
        and return_currencies.return_date = day_rates.day
)
select
    returns.return_id,
    returns.order_id,
    returns.record_id,
    returns.feed,
    credited.customer_id,
    credited.sale_channel,
    returns.return_channel,
    credited.ordered_at,
    returns.returned_at,
    returns.sku,
    returns.gtin,
    returns.quantity,
    returns.amount,
    credited.value,
    case when credited.is_counted then credited.counts_as end as counted_as,
    credited.is_counted
from returns
inner join credited on returns.return_id = credited.return_id
