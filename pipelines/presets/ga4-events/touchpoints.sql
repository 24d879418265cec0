-- What was done on the website or in the app. An event with several products names the first; all are in items.
-- grain: one row per event
select
    'ga4_events:' || concat_ws('|', user_pseudo_id, cast(event_timestamp as varchar), event_name, event_bundle_sequence_id) as touchpoint_id,
    'ga4_events:' || visitor_id as record_id,
    'ga4_events' as feed,
    channel,
    case event_name
        when 'page_view' then 'Page Viewed'
        when 'screen_view' then 'Screen Viewed'
        when 'view_item_list' then 'Product List Viewed'
        when 'select_item' then 'Product Clicked'
        when 'view_item' then 'Product Viewed'
        when 'add_to_cart' then 'Product Added'
        when 'remove_from_cart' then 'Product Removed'
        when 'add_to_wishlist' then 'Product Added to Wishlist'
        when 'view_cart' then 'Cart Viewed'
        when 'begin_checkout' then 'Checkout Started'
        when 'add_payment_info' then 'Payment Info Entered'
        when 'purchase' then 'Order Completed'
        when 'in_app_purchase' then 'Order Completed'
        when 'refund' then 'Order Refunded'
        when 'search' then 'Products Searched'
        when 'view_search_results' then 'Products Searched'
        when 'sign_up' then 'Signed Up'
        when 'login' then 'Signed In'
        else event_name
    end as event_name,
    event_timestamp as occurred_at,
    visitor_id || '-' || parameter_ga_session_id as session_id,
    order_number as order_id,
    item_id as sku,
    quantity,
    campaign,
    coalesce(parameter_page_location, parameter_firebase_screen) as page,
    coalesce(refund_value, purchase_revenue, try_cast(parameter_value as decimal(18, 2)), price) as amount,
    cast(event_params as varchar) as properties
from ga4_events
where visitor_id is not null
