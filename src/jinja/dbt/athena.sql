{# Where Athena's SQL differs from what dbt takes for standard. Behaviour: dbt's "Cross-database macros", dbt-athena. #}

{% macro athena__type_string() %}{{ return('VARCHAR') }}{% endmacro %}
{% macro athena__type_int() %}{{ return('INTEGER') }}{% endmacro %}
{% macro athena__type_float() %}{{ return('DOUBLE') }}{% endmacro %}
{% macro athena__type_numeric() %}{{ return('DECIMAL(38,6)') }}{% endmacro %}

{% macro athena__any_value(expression) %}{{ return('arbitrary(%s)' % expression) }}{% endmacro %}
{% macro athena__bool_or(expression) %}{{ return('bool_or(%s)' % expression) }}{% endmacro %}
{% macro athena__hash(field) %}{{ return('lower(to_hex(md5(to_utf8(cast(%s as varchar)))))' % field) }}{% endmacro %}
{% macro athena__safe_cast(field, type) %}{{ return('try_cast(' ~ field ~ ' as ' ~ type ~ ')') }}{% endmacro %}

{% macro athena__array_append(array, new_element) %}{{ return(array ~ ' || ' ~ new_element) }}{% endmacro %}
{% macro athena__array_concat(array_1, array_2) %}{{ return(array_1 ~ ' || ' ~ array_2) }}{% endmacro %}
{% macro athena__array_construct(inputs, data_type) -%}
    {% if inputs %}
    array[ {{ inputs | join(' , ') }} ]
    {% else %}
    {{ safe_cast('array[]', 'array(%s)' % data_type) }}
    {% endif %}
{%- endmacro %}

{% macro athena__date_trunc(datepart, date) %}{{ return("date_trunc('" ~ datepart ~ "', " ~ date ~ ")") }}{% endmacro %}
{% macro athena__dateadd(datepart, interval, from_date_or_timestamp) -%}
    date_add('{{ datepart }}', {{ interval }}, {{ from_date_or_timestamp }})
{%- endmacro %}

{#
    How many boundaries of `datepart` lie between two points in time: for parts below a day, the whole larger part first.
#}
{% macro athena__datediff(first_date, second_date, datepart) -%}
    {%- set from = 'CAST(' ~ first_date ~ ' AS TIMESTAMP)' -%}
    {%- set to = 'CAST(' ~ second_date ~ ' AS TIMESTAMP)' -%}
    {%- set larger = {'quarter': ['year', 4], 'month': ['year', 12], 'hour': ['day', 24], 'minute': ['hour', 60], 'second': ['minute', 60]} -%}
    {%- if datepart == 'year' -%}
        (year({{ to }}) - year({{ from }}))
    {%- elif datepart in ('quarter', 'month') -%}
        ({{ datediff(first_date, second_date, 'year') }} * {{ larger[datepart][1] }}) + {{ datepart }}({{ to }}) - {{ datepart }}({{ from }})
    {%- elif datepart in larger -%}
        ({{ datediff(first_date, second_date, larger[datepart][0]) }} * {{ larger[datepart][1] }} + {{ datepart }}({{ to }}) - {{ datepart }}({{ from }}))
    {%- elif datepart == 'day' -%}
        ((to_milliseconds((CAST({{ to }} AS DATE) - CAST({{ from }} AS DATE)))) / 86400000)
    {%- elif datepart == 'week' -%}
         ({{ datediff(first_date, second_date, 'day') }} / 7 + case
            when dow({{ from }}) <= dow({{ to }}) then
                case when {{ first_date }} <= {{ second_date }} then 0 else -1 end
            else
                case when {{ first_date }} <= {{ second_date }} then 1 else 0 end
        end)
    {%- elif datepart == 'millisecond' -%}
        (to_milliseconds(({{ to }} - {{ from }})))
    {%- elif execute -%}
        {{ exceptions.raise_compiler_error("`datediff` cannot count the part " ~ datepart ~ "; it knows year, quarter, month, week, day, hour, minute, second and millisecond") }}
    {%- endif -%}
{%- endmacro %}

{% macro athena__listagg(measure, delimiter_text, order_by_clause, limit_num) -%}
    array_join(
        {%- if limit_num %}
          slice(
        {%- endif %}
          array_agg(
              {{ measure }}
              {%- if order_by_clause %}
                {{ order_by_clause }}
              {%- endif %}
          )
        {%- if limit_num %}
            , 1, {{ limit_num }}
          )
        {%- endif %}
        , {{ delimiter_text }}
    )
{%- endmacro %}

{% macro athena__right(string_text, length_expression) %}
    case when {{ length_expression }} = 0
        then ''
    else
        substr({{ string_text }}, -1 * ({{ length_expression }}))
    end
{%- endmacro %}

{# Iceberg keeps microseconds, Hive's tables milliseconds; a view is no table. #}
{% macro cast_timestamp(timestamp_col) -%}
    {%- set is_stored = model.config.get('materialized', 'table') not in ('view', 'ephemeral') -%}
    cast({{ timestamp_col }} as timestamp{{ '(6)' if is_stored and model.config.get('table_type', 'hive') == 'iceberg' }})
{%- endmacro %}

{% macro athena__current_timestamp() %}{{ return(cast_timestamp('now()')) }}{% endmacro %}

{% macro end_of_time() %}{{ return(adapter.dispatch('end_of_time')()) }}{% endmacro %}
{% macro athena__end_of_time() %}{{ return("cast('9999-01-01' AS timestamp)") }}{% endmacro %}

{# The types that a query may name, where a table's definition has others. #}
{% macro dml_data_type(col_type) -%}
    {{ return(col_type.replace('string', 'varchar').replace('float', 'real')) }}
{%- endmacro %}

{# And the reverse: the types of a table's definition. #}
{% macro ddl_data_type(col_type, table_type='hive') -%}
    {%- set known = modules.re.sub('(?:varchar|character varying)(?:\\(\\d+\\))?', 'string', col_type) -%}
    {%- if 'array' in known or 'map' in known -%}
        {%- set known = known.replace('(', '<').replace(')', '>') -%}
    {%- endif -%}
    {%- set known = known.replace('integer', 'int') -%}
    {%- if table_type == 'iceberg' and 'timestamp' in known -%}{{ return('timestamp') }}{%- endif -%}
    {%- if table_type == 'iceberg' and 'binary' in known -%}{{ return('binary') }}{%- endif -%}
    {{ return(known) }}
{%- endmacro %}

{% macro athena__get_columns_in_relation(relation) %}{{ return(adapter.get_columns_in_relation(relation)) }}{% endmacro %}
{% macro athena__list_schemas(database) %}{{ return(adapter.list_schemas(database)) }}{% endmacro %}
{% macro athena__list_relations_without_caching(schema_relation) -%}
    {{ return(adapter.list_relations_without_caching(schema_relation)) }}
{%- endmacro %}

{% macro athena__get_empty_schema_sql(columns) -%}
    select
    {% for i in columns %}
      {%- set column = columns[i] -%}
      {%- if column['data_type'] is not defined -%}
        {{ exceptions.raise_compiler_error("the column `" ~ column['name'] ~ "` has no data_type; write it in the property file") }}
      {%- endif -%}
      {% set name = adapter.quote(column['name']) if column.get('quote') else column['name'] %}
        cast(null as {{ dml_data_type(column['data_type']) }}) as {{ name }}{{ ", " if not loop.last }}
    {%- endfor -%}
{% endmacro %}

{% macro athena__snapshot_hash_arguments(args) -%}
    {%- set texts = [] -%}
    {%- for arg in args -%}{%- do texts.append("coalesce(cast(" ~ arg ~ " as varchar ), '')") -%}{%- endfor -%}
    to_hex(md5(to_utf8({{ texts | join("\n         || '|' || ") }}
        )))
{%- endmacro %}
{% macro athena__create_view_as(relation, sql) -%}
  create or replace view
    {{ relation }}
  as
    {{ sql }}
{% endmacro %}
{% macro athena__alter_column_type(relation, column_name, new_column_type) -%}{%- endmacro %}
{% macro alter_column_type(relation, column_name, new_column_type) -%}
    {{ return(adapter.dispatch('alter_column_type', 'dbt')(relation, column_name, new_column_type)) }}
{%- endmacro %}
{% macro remove_partitions_from_columns(columns_with_partitions, partition_keys) -%}
    {{ return(columns_with_partitions | rejectattr('name', 'in', partition_keys) | list) }}
{%- endmacro %}

{% macro make_temp_relation(base_relation, suffix='__dbt_tmp', temp_schema=none) -%}
    {%- set named = base_relation.incorporate(path={'identifier': base_relation.identifier ~ suffix}) -%}
    {{ return(named if temp_schema is none else named.incorporate(path={'schema': temp_schema})) }}
{%- endmacro %}
