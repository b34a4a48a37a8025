with source as (

    select * from {{ source('lake', 'product_aliases') }}

),

final as (

    select
        cast(alias_key as varchar) as alias_key,
        cast(product_key as varchar) as product_key,
        cast(reason as varchar) as reason
    from source

)

select * from final
