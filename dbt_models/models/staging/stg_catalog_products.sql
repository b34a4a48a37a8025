with source as (

    select * from {{ source('lake', 'catalog_products') }}

),

final as (

    select
        cast(product_key as varchar) as product_key,
        cast(day as date) as day,
        cast(name as varchar) as name,
        cast(brand as varchar) as brand,
        cast(mpn as varchar) as mpn,
        cast(gtin as varchar) as gtin,
        cast(description as varchar) as description,
        cast(category as varchar) as category,
        cast(price as decimal(18, 4)) as price,
        cast(currency as varchar) as currency,
        cast(base_price as decimal(18, 4)) as base_price,
        cast(rates_version as varchar) as rates_version,
        cast(price_state as varchar) as price_state,
        cast(availability as varchar) as availability,
        cast(stock as bigint) as stock,
        cast(url as varchar) as url,
        cast(image_url as varchar) as image_url,
        cast(missing_required as varchar[]) as missing_required,
        cast(quality as double) as quality,
        cast(accepted as integer) as accepted,
        cast(pending as integer) as pending,
        cast(rejected as integer) as rejected,
        cast(known_from as timestamptz) as known_from
    from source

)

select * from final
