with source as (

    select * from {{ source('lake', 'deliveries') }}

),

final as (

    select
        cast(delivery_id as varchar) as delivery_id,
        cast(day as date) as day,
        cast(source as varchar) as source,
        cast(sequence as integer) as sequence,
        cast(path as varchar) as path,
        cast(sha256 as varchar) as sha256,
        cast(size_bytes as bigint) as size_bytes,
        cast(delivered_at as timestamptz) as delivered_at,
        cast(landed_at as timestamptz) as landed_at,
        cast(replaces as varchar) as replaces_delivery_id
    from source

)

select * from final
