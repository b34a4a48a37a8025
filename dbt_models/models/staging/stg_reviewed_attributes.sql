with source as (

    select * from {{ source('lake', 'reviewed_attributes') }}

),

final as (

    select
        cast(product_key as varchar) as product_key,
        cast(day as date) as day,
        cast(attribute as varchar) as attribute,
        cast(value as varchar) as value,
        cast(unit as varchar) as unit,
        cast(state as varchar) as state,
        cast(confidence as double) as confidence,
        cast(method as varchar) as method,
        cast(model_version as varchar) as model_version,
        cast(evidence as varchar) as evidence,
        cast(source as varchar) as source,
        cast(annotator as varchar) as annotator,
        cast(decided_at as timestamptz) as decided_at
    from source

)

select * from final
