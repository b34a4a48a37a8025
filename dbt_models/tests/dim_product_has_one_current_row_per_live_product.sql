-- A product has exactly one current row if its last known state is live, and none if it is withdrawn or merged.
with latest as (

    select
        product_key,
        count_if(status = 'live') as expected
    from (
        select product_key, status
        from {{ ref('int_product_days') }}
        qualify row_number() over (partition by product_key order by day desc) = 1
    )
    group by product_key

),

current_rows as (

    select product_key, count(*) as found
    from {{ ref('dim_product') }}
    where is_current
    group by product_key

)

select
    product_key,
    coalesce(latest.expected, 0) as expected,
    coalesce(current_rows.found, 0) as found
from latest
full join current_rows using (product_key)
where coalesce(latest.expected, 0) <> coalesce(current_rows.found, 0)
