with quarantine as (

    select * from {{ ref('stg_quarantine') }}

),

final as (

    select
        day,
        source,
        stage,
        rule,
        count(distinct record_id) as records,
        min(message) as message
    from quarantine
    group by day, source, stage, rule

)

select * from final
