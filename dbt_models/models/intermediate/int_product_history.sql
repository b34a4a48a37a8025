{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        on_schema_change='fail',
        full_refresh=rebuild(),
        pre_hook="{{ forget_products(ref('int_product_days'), 'day', ['day']) }}",
    )
}}

with product_days as (

    select * from {{ ref('int_product_days') }}
    where {{ lacking() }}

),

compared as (

    select
        product_key,
        day,
        status,
        merged_into,
        known_from,
        record_hash,
        lag(record_hash) over (partition by product_key order by day) as hash_before
    from product_days

),

final as (

    select
        product_key,
        day,
        status,
        merged_into,
        known_from,
        record_hash
    from compared
    where record_hash is distinct from hash_before

)

select * from final
