{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        on_schema_change='fail',
        full_refresh=rebuild(),
        pre_hook="{{ forget_products(ref('int_product_history'), 'day', ['effective_from', 'effective_to']) }}",
    )
}}

with history as (

    select * from {{ ref('int_product_history') }}
    where {{ lacking() }}

),

product_days as (

    select * from {{ ref('int_product_days') }}

),

-- Each row holds until the next change; a withdrawal or a merge is a change that opens no row of its own.
validity as (

    select
        product_key,
        day,
        status,
        lead(day) over (partition by product_key order by day) as next_day
    from history

),

final as (

    select
        md5(validity.product_key || '@' || cast(validity.day as varchar)) as product_sk,
        validity.product_key,
        product_days.name,
        product_days.brand,
        product_days.mpn,
        product_days.gtin,
        product_days.description,
        product_days.category,
        product_days.price,
        product_days.currency,
        product_days.base_price,
        product_days.rates_version,
        product_days.price_state,
        product_days.availability,
        product_days.stock,
        product_days.url,
        product_days.image_url,
        product_days.missing_required,
        product_days.quality,
        validity.status,
        validity.day as effective_from,
        validity.next_day as effective_to,
        validity.next_day is null as is_current,
        product_days.known_from
    from validity
    inner join product_days
        on validity.product_key = product_days.product_key
        and validity.day = product_days.day
    where validity.status = 'live'

)

select * from final
