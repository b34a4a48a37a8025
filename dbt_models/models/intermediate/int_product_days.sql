{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        on_schema_change='fail',
        full_refresh=rebuild(),
        pre_hook='{{ forget_days() }}',
        post_hook='{{ load_further_stretches() }}',
    )
}}

with products as (

    select * from {{ ref('stg_validated_products') }}
    where {{ first_stretch(lake_stretches()) }}
    {% if is_incremental() %}
        and {{ in_scope('day') }}
    {% endif %}

),

final as (

    select
        *,
        -- A product that is gone has no values of its own any more: only why and where to is tracked.
        md5(
            case
                when status = 'live' then to_json([{% for field in tracked_fields() %}cast({{ field }} as varchar){{ ', ' if not loop.last }}{% endfor %}])
                else to_json([status, merged_into])
            end
        ) as record_hash
    from products

)

select * from final
