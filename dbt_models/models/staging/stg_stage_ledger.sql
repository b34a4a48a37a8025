with source as (

    select * from {{ source('lake', 'stage_ledger') }}

),

final as (

    select
        cast(stage as varchar) as stage,
        cast(day as date) as day,
        cast(source as varchar) as source,
        cast(unit as varchar) as unit,
        cast(received as bigint) as received,
        cast(passed as bigint) as passed,
        cast(quarantined as bigint) as quarantined,
        cast(superseded as bigint) as superseded,
        cast(merged as bigint) as merged,
        cast(skipped as bigint) as skipped,
        cast(pending as bigint) as pending,
        cast(balanced as boolean) as is_balanced,
        cast(run_id as varchar) as run_id
    from source

)

select * from final
