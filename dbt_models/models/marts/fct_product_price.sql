{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        on_schema_change='fail',
        full_refresh=rebuild(),
        pre_hook="{{ forget_products(ref('dim_product'), 'effective_from', ['day']) }}",
    )
}}

with products as (

    select * from {{ ref('dim_product') }}
    where price is not null and {{ lacking() }}

),

compared as (

    select
        *,
        lag(price) over history as previous_price,
        lag(currency) over history as previous_currency
    from products
    window history as (partition by product_key order by effective_from)

),

final as (

    select
        product_sk,
        product_key,
        effective_from as day,
        price,
        currency,
        base_price,
        rates_version,
        previous_price,
        previous_currency,
        -- Only prices of one currency can be set against each other.
        case when currency = previous_currency then price - previous_price end as price_change,
        known_from
    from compared
    where price is distinct from previous_price or currency is distinct from previous_currency

)

select * from final
