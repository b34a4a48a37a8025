{#- Schemas are named as configured (marts), not prefixed with the profile's (main_marts). -#}
{%- macro generate_schema_name(custom_schema_name, node) -%}
    {{- (custom_schema_name or target.schema) | trim -}}
{%- endmacro %}


{#-
  dbt's own, and true too for a table built by older models that lacks a column its YAML describes: an incremental run
  cannot widen it, and the rows of days out of scope would lack the values.
-#}
{%- macro should_full_refresh() -%}
    {%- set asked = config.get('full_refresh') -%}
    {{- return((flags.FULL_REFRESH if asked is none else asked) or lacks_columns()) -}}
{%- endmacro %}


{%- macro lacks_columns() -%}
    {%- set relation = load_relation(this) if execute else none -%}
    {%- if relation is none -%}
        {{- return(false) -}}
    {%- endif -%}
    {%- set there = adapter.get_columns_in_relation(relation) | map(attribute='name') | list -%}
    {{- return((model.columns.keys() | reject('in', there) | list | length) > 0) -}}
{%- endmacro %}
