{#- Rows for which a condition is false. Null counts as kept: pair it with not_null where a value must be there. -#}
{% test holds(model, condition) %}

select * from {{ model }}
where not ({{ condition }})

{% endtest %}
