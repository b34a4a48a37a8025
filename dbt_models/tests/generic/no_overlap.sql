{#- Rows whose validity [valid_from, valid_to) is empty or begins before the key's row before it has ended. -#}
{% test no_overlap(model, key, valid_from, valid_to) %}

with intervals as (

    select
        {{ key }},
        {{ valid_from }} as valid_from,
        coalesce({{ valid_to }}, date 'infinity') as valid_to
    from {{ model }}

),

compared as (

    select
        *,
        -- Of equal beginnings, the later end goes first, so that the other one is seen to overlap.
        max(valid_to) over (
            partition by {{ key }} order by valid_from, valid_to desc
            rows between unbounded preceding and 1 preceding
        ) as ended_before
    from intervals

)

select * from compared
where valid_from >= valid_to or valid_from < ended_before

{% endtest %}
