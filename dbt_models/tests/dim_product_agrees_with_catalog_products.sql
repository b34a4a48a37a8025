-- The current rows of the history, and the lake's own current catalogue, are the same products with the same values.
-- Two ways lead there, so a fault in either shows. Products with a day that the warehouse has not loaded yet (or has
-- loaded as it was before its last rerun) are left out: that day's own run compares them.
with lake as (

    select product_key, day, run_id from {{ source('lake', 'validated_products') }}

),

loaded as (

    select product_key, day, run_id from {{ ref('int_product_days') }}

),

outstanding as (

    select product_key
    from lake
    full join loaded using (product_key, day)
    where lake.run_id is distinct from loaded.run_id

),

catalog as (

    select product_key, hash({{ tracked_fields() | join(', ') }}) as content
    from {{ ref('stg_catalog_products') }}

),

dimension as (

    select product_key, hash({{ tracked_fields() | join(', ') }}) as content
    from {{ ref('dim_product') }}
    where is_current

)

select
    product_key,
    catalog.content is not null as in_catalog_products,
    dimension.content is not null as in_dim_product
from catalog
full join dimension using (product_key)
where catalog.content is distinct from dimension.content
    and product_key not in (select product_key from outstanding)
