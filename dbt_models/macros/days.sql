{#- Which days a run is for (vars days, from_day, to_day), as conditions of SQL. -#}

{%- macro day_literal(day) -%}
    {%- set text = (day | string)[:10] -%}
    {%- if not modules.re.match('^[0-9]{4}-[0-9]{2}-[0-9]{2}$', text) -%}
        {{ exceptions.raise_compiler_error("'" ~ day ~ "' is not a day; write vars days, from_day, to_day as YYYY-MM-DD") }}
    {%- endif -%}
    date '{{ text }}'
{%- endmacro %}


{#- True if the run is for all days. -#}
{%- macro all_days() -%}
    {{- return(flags.FULL_REFRESH or (var('days') is none and var('from_day') is none and var('to_day') is none)) -}}
{%- endmacro %}


{#- Condition: the day in `column` is one that the run is for. -#}
{%- macro in_scope(column) -%}
    {%- set conditions = [] -%}
    {%- if not all_days() -%}
        {%- if var('days') is not none -%}
            {%- set days = [var('days')] if var('days') is string else var('days') -%}
            {%- set literals = [] -%}
            {%- for day in days %}{% do literals.append(day_literal(day)) %}{% endfor -%}
            {%- do conditions.append(column ~ ' in (' ~ literals | join(', ') ~ ')' if literals else 'false') -%}
        {%- endif -%}
        {%- if var('from_day') is not none -%}
            {%- do conditions.append(column ~ ' >= ' ~ day_literal(var('from_day'))) -%}
        {%- endif -%}
        {%- if var('to_day') is not none -%}
            {%- do conditions.append(column ~ ' <= ' ~ day_literal(var('to_day'))) -%}
        {%- endif -%}
    {%- endif -%}
    ({{ conditions | join(' and ') if conditions else 'true' }})
{%- endmacro %}


{#- `full_refresh` of an incremental model: a run for all days rebuilds it whatever the flag says. -#}
{%- macro rebuild() -%}
    {{- return(true if all_days() else none) -}}
{%- endmacro %}


{#- A test's `where: __in_scope__` means the rows of the run's days (a `where` in YAML cannot call a macro). -#}
{%- macro get_where_subquery(relation) -%}
    {%- set where = config.get('where') -%}
    {%- if not where -%}
        {%- do return(relation) -%}
    {%- endif -%}
    {%- do return('(select * from ' ~ relation ~ ' where ' ~ where.replace('__in_scope__', in_scope('day')) ~ ') as scoped') -%}
{%- endmacro %}
