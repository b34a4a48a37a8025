with products as (

    select * from {{ ref('dim_product') }}
    where is_current

),

catalog as (

    select product_key, pending from {{ ref('stg_catalog_products') }}

),

joined as (

    select
        coalesce(products.category, 'none') as category,
        coalesce(case when products.price is not null then products.currency end, 'none') as currency,
        products.price,
        products.base_price,
        products.missing_required,
        products.quality,
        products.gtin,
        coalesce(catalog.pending, 0) as pending
    from products
    left join catalog on products.product_key = catalog.product_key

),

final as (

    select
        category,
        currency,
        count(*) as live_products,
        cast(round(avg(price), 4) as decimal(18, 4)) as average_price,
        cast(median(price) as decimal(18, 4)) as median_price,
        cast(round(avg(base_price), 4) as decimal(18, 4)) as average_base_price,
        -- favg does not depend on the order of rows as avg does; rounding takes away what is left.
        round(favg(quality), 4) as mean_quality,
        round(count(gtin) / count(*), 6) as gtin_share,
        count(*) filter (where len(missing_required) > 0) as lacking_required,
        cast(sum(pending) as bigint) as pending_values
    from joined
    group by category, currency

)

select * from final
