with source as (

    select * from {{ source('lake', 'quarantine') }}

),

final as (

    select
        cast(stage as varchar) as stage,
        cast(day as date) as day,
        cast(source as varchar) as source,
        cast(record_id as varchar) as record_id,
        cast(rule as varchar) as rule,
        cast(message as varchar) as message,
        cast(delivery_id as varchar) as delivery_id,
        cast(file as varchar) as file,
        cast(record_number as bigint) as record_number,
        cast(payload as varchar) as payload,
        cast(status as varchar) as status
    from source

)

select * from final
