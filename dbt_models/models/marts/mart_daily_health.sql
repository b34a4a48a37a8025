with ledger as (

    select * from {{ ref('stg_stage_ledger') }}

),

deliveries as (

    select day, count(*) as deliveries, count(distinct source) as sources
    from {{ ref('stg_deliveries') }}
    group by day

),

quality as (

    select day, round(favg(quality), 4) as mean_quality
    from {{ ref('int_product_days') }}
    where status = 'live'
    group by day

),

stages as (

    select
        day,
        stage,
        any_value(unit) as unit,
        cast(sum(received) as bigint) as received,
        cast(sum(passed) as bigint) as passed,
        cast(sum(quarantined) as bigint) as quarantined,
        cast(sum(superseded) as bigint) as superseded,
        cast(sum(merged) as bigint) as merged,
        cast(sum(skipped) as bigint) as skipped,
        cast(sum(pending) as bigint) as pending,
        bool_and(is_balanced) as is_balanced
    from ledger
    group by day, stage

),

final as (

    select
        stages.day,
        stages.stage,
        stages.unit,
        stages.received,
        stages.passed,
        stages.quarantined,
        stages.superseded,
        stages.merged,
        stages.skipped,
        stages.pending,
        stages.received - stages.passed - stages.quarantined - stages.superseded
            - stages.merged - stages.skipped - stages.pending as unaccounted,
        stages.is_balanced,
        round(stages.quarantined / nullif(stages.received, 0), 6) as quarantined_share,
        coalesce(deliveries.deliveries, 0) as deliveries,
        coalesce(deliveries.sources, 0) as sources,
        quality.mean_quality
    from stages
    left join deliveries on stages.day = deliveries.day
    left join quality on stages.day = quality.day

)

select * from final
