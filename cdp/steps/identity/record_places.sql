-- Brings postcode, street and city to a form that compares: postcode by country, house number with the street's first letters.
-- grain: one row per record that bears a postcode or city
-- runs on: duckdb, spark
with records as (
    select * from identity_records
),

spelled as (
    select
        record_id,
        coalesce(country, '') as country,
        upper(regexp_replace(coalesce(postcode, ''), '[^0-9A-Za-z]', '', 'g')) as postcode_plain,
        translate(replace(lower(coalesce(street, '')), 'ß', 'ss'), 'àáâãäåçèéêëìíîïñòóôõöøùúûüýÿ', 'aaaaaaceeeeiiiinoooooouuuuyy') as street_plain,
        regexp_replace(
            translate(replace(lower(coalesce(city, '')), 'ß', 'ss'), 'àáâãäåçèéêëìíîïñòóôõöøùúûüýÿ', 'aaaaaaceeeeiiiinoooooouuuuyy'),
            '[^a-z]', '', 'g'
        ) as city_plain
    from records
    where postcode is not null or city is not null
),

without_flat as (
    select
        record_id,
        country,
        postcode_plain,
        city_plain,
        regexp_replace(street_plain, '(flat|apt|apartment|unit|suite|whg|wohnung)[ .#]*[0-9]+[a-z]?', '', 'g') as street_plain
    from spelled
),

coded as (
    select
        record_id,
        case
            when regexp_matches(postcode_plain, '^[0-9]{9}$') then substr(postcode_plain, 1, 5)
            when country in ('DE', 'US') and regexp_matches(postcode_plain, '^[0-9]{4}$') then '0' || postcode_plain
            else postcode_plain
        end as postcode_std,
        regexp_extract(street_plain, '([0-9]+)', 1) as house_number,
        substr(
            regexp_replace(
                replace(replace(replace(street_plain, 'ae', 'a'), 'oe', 'o'), 'ue', 'u'), '[^a-z]', '', 'g'
            ), 1, 4
        ) as street_letters,
        replace(replace(replace(city_plain, 'ae', 'a'), 'oe', 'o'), 'ue', 'u') as city_std
    from without_flat
)

select
    record_id,
    nullif(postcode_std, '') as postcode_std,
    nullif(city_std, '') as city_std,
    case
        when postcode_std <> '' and house_number <> '' then concat(postcode_std, '|', house_number, '|', street_letters)
    end as address_key
from coded
