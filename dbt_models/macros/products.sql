{#- The fields of a product whose change makes a new row of its history. -#}
{%- macro tracked_fields() -%}
    {{- return([
        'name', 'brand', 'mpn', 'gtin', 'description', 'category', 'price', 'currency', 'price_state',
        'availability', 'stock', 'url', 'image_url', 'missing_required', 'quality',
    ]) -}}
{%- endmacro %}


{#-
  How the three incremental tables keep to "a function of the lake":
  before the insert a pre-hook, in the same transaction, takes away what the run's days touch; the model then adds what
  the table lacks. So whatever a rerun no longer yields is gone, and a kill in between changes nothing.
-#}
{%- macro forget_days() -%}
    {%- if is_incremental() -%}
        delete from {{ this }}
        where {{ in_scope('day') }}
            or product_key not in (select product_key from {{ source('lake', 'validated_products') }})
    {%- endif -%}
{%- endmacro %}


{#-
  Forget the products that `upstream` or this table has on the run's days, and those that `upstream` no longer has.
  `upstream_day` and `days` name the date columns to look at, there and here.
-#}
{%- macro forget_products(upstream, upstream_day, days) -%}
    {%- if is_incremental() -%}
        delete from {{ this }}
        where product_key in (select product_key from {{ upstream }} where {{ in_scope(upstream_day) }})
            or product_key not in (select product_key from {{ upstream }})
            or product_key in (
                select product_key from {{ this }}
                where {% for day in days %}{{ in_scope(day) }}{{ ' or ' if not loop.last }}{% endfor %}
            )
    {%- endif -%}
{%- endmacro %}


{#- Condition of the insert: the product is one that this table lacks. -#}
{%- macro lacking() -%}
    {%- if is_incremental() -%}
        product_key not in (select product_key from {{ this }})
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}


{#-
  The days that are to be loaded, in stretches of at most var('rows_at_a_time') rows (or one day): a Polars scan
  is held in memory as a whole, and what a rebuild needs must not grow with the lake.
  Returns a list of (first day, last day). Every source of the model must be named before a query runs, be it that of
  is_incremental(): it opens the connection, and dbt-duckdb makes known to a connection only what was loaded before it
  was opened.
-#}
{%- macro lake_stretches() -%}
    {%- set stretches = [] -%}
    {%- set products, ledger = source('lake', 'validated_products'), source('lake', 'stage_ledger') -%}
    {%- if execute -%}
        {%- set query -%}
            select day, count(*)
            from {{ products }}
            where {{ in_scope('day') if is_incremental() else 'true' }}
                and day in (
                    select day from {{ ledger }}
                    where stage = 'validated_products' and balanced
                )
            group by day
            order by day
        {%- endset -%}
        {%- set rows = namespace(sum=0) -%}
        {%- for day, count in run_query(query).rows -%}
            {%- set rows.sum = rows.sum + (count | int) -%}
            {%- if stretches and rows.sum <= var('rows_at_a_time') -%}
                {%- do stretches.append((stretches.pop()[0], day)) -%}
            {%- else -%}
                {%- do stretches.append((day, day)) -%}
                {%- set rows.sum = count | int -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {{- return(stretches) -}}
{%- endmacro %}


{%- macro within(stretch) -%}
    day between {{ day_literal(stretch[0]) }} and {{ day_literal(stretch[1]) }}
{%- endmacro %}


{#- Condition: the first stretch. The others are noted in a comment, for `load_further_stretches` to find. -#}
{%- macro first_stretch(stretches) -%}
    {%- if stretches -%}
        {{ within(stretches[0]) }} /* then {% for stretch in stretches[1:] %}{{ stretch[0] }} {{ stretch[1] }}, {% endfor %}*/
    {%- else -%}
        false
    {%- endif -%}
{%- endmacro %}


{#- Post-hook, in the model's transaction: the model's own SQL once more for each further stretch. -#}
{%- macro load_further_stretches() -%}
    {%- set found = modules.re.search('(day between [^/]*) /[*] then ([^*]*)[*]/', sql or '') -%}
    {%- if found -%}
        {%- for days in found.group(2).split(', ')[:-1] -%}
            insert into {{ this }} by name ({{ sql | replace(found.group(1), within(days.split(' '))) }});
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}
