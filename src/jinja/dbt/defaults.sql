{# What dbt writes where an adapter has no form of its own: Athena's are used before these, but a project may name them. #}

{% macro default__type_string() %}{{ return(api.Column.translate_type('string')) }}{% endmacro %}
{% macro default__type_int() %}{{ return('integer') }}{% endmacro %}
{% macro default__type_float() %}{{ return('float') }}{% endmacro %}
{% macro default__type_numeric() %}{{ return(api.Column.numeric_type('numeric', 28, 6)) }}{% endmacro %}

{% macro default__any_value(expression) %}{{ return('any_value(' ~ expression ~ ')') }}{% endmacro %}
{% macro default__bool_or(expression) %}{{ return('bool_or(' ~ expression ~ ')') }}{% endmacro %}
{% macro default__hash(field) %}{{ return('md5(cast(' ~ field ~ ' as ' ~ api.Column.translate_type('string') ~ '))') }}{% endmacro %}
{% macro default__date_trunc(datepart, date) %}{{ return("date_trunc('" ~ datepart ~ "', " ~ date ~ ")") }}{% endmacro %}
{% macro default__safe_cast(field, type) %}
    {{ dbt.cast(field, type) }}
{%- endmacro %}

{% macro default__dateadd(datepart, interval, from_date_or_timestamp) %}

    dateadd(
        {{ datepart }},
        {{ interval }},
        {{ from_date_or_timestamp }}
        )

{% endmacro %}

{% macro default__datediff(first_date, second_date, datepart) -%}
    datediff(
        {{ datepart }},
        {{ first_date }},
        {{ second_date }}
        )
{%- endmacro %}

{% macro default__right(string_text, length_expression) %}

    right(
        {{ string_text }},
        {{ length_expression }}
    )
{%- endmacro %}

{% macro default__listagg(measure, delimiter_text, order_by_clause, limit_num) -%}
{%- set order = 'within group (' ~ order_by_clause ~ ')' if order_by_clause else '' %}
    listagg(
        {{ measure }},
        {{ delimiter_text }}
        )
        {{ order }}
{%- endmacro %}

{% macro default__array_append(array, new_element) %}{{ return('array_append(' ~ array ~ ', ' ~ new_element ~ ')') }}{% endmacro %}
{% macro default__array_concat(array_1, array_2) %}{{ return('array_cat(' ~ array_1 ~ ', ' ~ array_2 ~ ')') }}{% endmacro %}
{% macro default__array_construct(inputs, data_type) -%}
    {% if inputs %}
    array[ {{ inputs | join(' , ') }} ]
    {% else %}
    array[]::{{ data_type }}[]
    {% endif %}
{%- endmacro %}

{# dbt has these for adapters that it knows, and Athena is none of them. #}
{% macro default__current_timestamp() -%}
    {{ exceptions.raise_compiler_error('`current_timestamp` has no form of its own here; use `dbt.current_timestamp()`') }}
{%- endmacro %}
{% macro snapshot_string_as_time(timestamp) -%}{{ adapter.dispatch('snapshot_string_as_time', 'dbt')(timestamp) }}{%- endmacro %}
{% macro default__snapshot_string_as_time(timestamp) -%}
    {{ exceptions.raise_compiler_error('`snapshot_string_as_time` has no form for Athena; write a timestamp as `timestamp ...`') }}
{%- endmacro %}
{% macro current_timestamp_backcompat() -%}{{ return(adapter.dispatch('current_timestamp_backcompat', 'dbt')()) }}{%- endmacro %}
{% macro default__current_timestamp_backcompat() %}
    current_timestamp::timestamp
{% endmacro %}
{% macro current_timestamp_in_utc_backcompat() -%}{{ return(adapter.dispatch('current_timestamp_in_utc_backcompat', 'dbt')()) }}{%- endmacro %}
{% macro default__current_timestamp_in_utc_backcompat() -%}{{ return(current_timestamp_backcompat()) }}{%- endmacro %}

{% macro resolve_model_name(input_model_name) -%}{{ return(adapter.dispatch('resolve_model_name', 'dbt')(input_model_name)) }}{%- endmacro %}
{% macro default__resolve_model_name(input_model_name) -%}{{ return((input_model_name | string).replace('"', '\"')) }}{%- endmacro %}

{# Relations beside the one that is built. #}
{% macro default__make_temp_relation(base_relation, suffix) -%}
    {{ return(base_relation.incorporate(path={'identifier': base_relation.identifier ~ suffix})) }}
{%- endmacro %}
{% macro make_backup_relation(base_relation, backup_relation_type, suffix='__dbt_backup') -%}
    {{ return(adapter.dispatch('make_backup_relation', 'dbt')(base_relation, backup_relation_type, suffix)) }}
{%- endmacro %}
{% macro default__make_backup_relation(base_relation, backup_relation_type, suffix) -%}
    {%- set beside = base_relation.incorporate(path={'identifier': base_relation.identifier ~ suffix}) -%}
    {{ return(beside.incorporate(type=backup_relation_type)) }}
{%- endmacro %}

{# Columns, and how two lists of them differ. #}
{% macro diff_column_data_types(source_columns, target_columns) -%}
    {{ return(adapter.dispatch('diff_column_data_types', 'dbt')(source_columns, target_columns)) }}
{%- endmacro %}
{% macro default__diff_column_data_types(source_columns, target_columns) -%}
    {%- set changed = [] -%}
    {%- for column in source_columns -%}
        {%- set known = target_columns | selectattr('name', 'equalto', column.name) | first -%}
        {%- if known and known.expanded_data_type != column.expanded_data_type and not column.can_expand_to(other_column=known) -%}
            {%- do changed.append({'column_name': known.name, 'new_type': column.expanded_data_type}) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(changed) }}
{%- endmacro %}
{% macro format_columns(columns) -%}
    {%- set found = [] -%}
    {%- for column in columns -%}{%- do found.append(adapter.dispatch('format_column', 'dbt')(column)) -%}{%- endfor -%}
    {{ return(found) }}
{%- endmacro %}
{% macro default__format_column(column) -%}
    {{ return({'name': column.column, 'data_type': column.dtype, 'formatted': column.column ~ ' ' ~ column.dtype}) }}
{%- endmacro %}
{% macro get_merge_update_columns(merge_update_columns, merge_exclude_columns, dest_columns) -%}
    {{ return(adapter.dispatch('get_merge_update_columns', 'dbt')(merge_update_columns, merge_exclude_columns, dest_columns)) }}
{%- endmacro %}
{% macro default__get_merge_update_columns(merge_update_columns, merge_exclude_columns, dest_columns) -%}
    {%- if merge_update_columns and merge_exclude_columns -%}
        {{ exceptions.raise_compiler_error('`merge_update_columns` and `merge_exclude_columns` are both set; keep one of them') }}
    {%- endif -%}
    {%- set without = (merge_exclude_columns or []) | map('lower') | list -%}
    {%- set found = [] -%}
    {%- for column in dest_columns -%}
        {%- set is_named = column.column | lower in (merge_update_columns or []) | map('lower') | list -%}
        {%- set is_kept = is_named if merge_update_columns else column.column | lower not in without -%}
        {%- if is_kept -%}{%- do found.append(column) -%}{%- endif -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}
{% macro default__get_empty_schema_sql(columns) -%}
    select
    {% for name in columns %}
      {%- set column = columns[name] -%}
      {%- if column['data_type'] is not defined -%}
        {{ exceptions.raise_compiler_error("the column `" ~ column['name'] ~ "` has no data_type; write it in the property file") }}
      {%- endif %}
      {% set quoted = adapter.quote(column['name']) if column.get('quote') else column['name'] -%}
      {{ dbt.cast('null', column['data_type']) }} as {{ quoted }}{{ ", " if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
{% macro get_table_columns_and_constraints() -%}{{ adapter.dispatch('get_table_columns_and_constraints', 'dbt')() }}{%- endmacro %}
{% macro default__get_table_columns_and_constraints() -%}{{ return(table_columns_and_constraints()) }}{%- endmacro %}
{% macro table_columns_and_constraints() %}
  (
    {% for written in adapter.render_raw_columns_constraints(raw_columns=model['columns'] if model['contract']['enforced'] else {}) -%}
      {{ written }}{{ "," if not loop.last }}
    {% endfor %}
    )
{% endmacro %}

{# Incremental models. #}
{% macro incremental_validate_on_schema_change(on_schema_change, default='ignore') -%}
    {{ return(on_schema_change if on_schema_change in ('sync_all_columns', 'append_new_columns', 'fail', 'ignore') else default) }}
{%- endmacro %}
{% macro get_incremental_append_sql(arg_dict) -%}{{ return(adapter.dispatch('get_incremental_append_sql', 'dbt')(arg_dict)) }}{%- endmacro %}
{% macro default__get_incremental_append_sql(arg_dict) -%}
    {{ return(get_insert_into_sql(arg_dict['target_relation'], arg_dict['temp_relation'], arg_dict['dest_columns'])) }}
{%- endmacro %}
{% macro get_insert_into_sql(target_relation, temp_relation, dest_columns) -%}
    {%- set columns = get_quoted_csv((dest_columns or []) | map(attribute='name')) -%}
    insert into {{ target_relation }} ({{ columns }})
    (
        select {{ columns }}
        from {{ temp_relation }}
    )

{% endmacro %}

{# Snapshots. #}
{% macro get_snapshot_table_column_names() -%}
    {%- set names = {} -%}
    {%- for name in ['dbt_valid_to', 'dbt_valid_from', 'dbt_scd_id', 'dbt_updated_at', 'dbt_is_deleted'] -%}{%- do names.update({name: name}) -%}{%- endfor -%}
    {{ return(names) }}
{%- endmacro %}
{% macro unique_key_fields(unique_key) %}
    {% if unique_key | is_list %}
        {% for key in unique_key %}
            {{ key }} as dbt_unique_key_{{ loop.index }}{{ " ," if not loop.last }}
        {% endfor %}
    {% else %}
        {{ unique_key }} as dbt_unique_key
    {% endif %}
{% endmacro %}
{% macro unique_key_join_on(unique_key, identifier, from_identifier) %}
    {% if unique_key | is_list %}
        {% for key in unique_key -%}
            {%- set name = 'dbt_unique_key_' ~ loop.index -%}
            {{ '\n\t    \n\t    \n\t    (' ~ identifier ~ '.' ~ name ~ ' = ' ~ from_identifier ~ '.' ~ name ~ ')\n' ~ (' and' if not loop.last else '') }}
        {% endfor %}
    {% else %}
        {{ identifier }}.dbt_unique_key = {{ from_identifier }}.dbt_unique_key
    {% endif %}
{% endmacro %}
{% macro unique_key_is_null(unique_key, identifier) %}
    {% if unique_key | is_list %}
        {{ identifier }}.dbt_unique_key_1 is null
    {% else %}
        {{ identifier }}.dbt_unique_key is null
    {% endif %}
{% endmacro %}
{% macro unique_key_is_not_null(unique_key, identifier) %}
    {% if unique_key | is_list %}
        {{ identifier }}.dbt_unique_key_1 is not null
    {% else %}
        {{ identifier }}.dbt_unique_key is not null
    {% endif %}
{% endmacro %}
{% macro snapshot_hash_arguments(args) -%}{{ adapter.dispatch('snapshot_hash_arguments', 'dbt')(args) }}{%- endmacro %}
{% macro default__snapshot_hash_arguments(args) -%}
    {%- set texts = [] -%}
    {%- for arg in args -%}{%- do texts.append("coalesce(cast(" ~ arg ~ " as varchar ), '')") -%}{%- endfor -%}
    md5({{ texts | join("\n         || '|' || ") }}
        )
{%- endmacro %}
{% macro get_dbt_valid_to_current(strategy, columns) %}
  {% set current = config.get('dbt_valid_to_current') or 'null' %}
  coalesce(nullif({{ strategy.updated_at }}, {{ strategy.updated_at }}), {{ current }})
  as {{ columns.dbt_valid_to }}
{% endmacro %}
{% macro get_true_sql() %}
  {{ adapter.dispatch('get_true_sql', 'dbt')() }}
{% endmacro %}
{% macro default__get_true_sql() %}{{ return('TRUE') }}{% endmacro %}

{# Statements around a query, as text: cadet sends its own. #}
{% macro create_view_as(relation, sql) -%}{{ adapter.dispatch('create_view_as', 'dbt')(relation, sql) }}{%- endmacro %}
{% macro default__create_view_as(relation, sql) -%}
  {%- set header = config.get('sql_header', none) -%}
  {{ header if header is not none }}
  create view {{ relation }}
    {% if config.get('contract').enforced %}{{ get_assert_columns_equivalent(sql) }}{% endif %}
    {{ '' }}
  as (
    {{ sql }}
  );
{%- endmacro %}
{% macro get_create_view_as_sql(relation, sql) -%}{{ adapter.dispatch('get_create_view_as_sql', 'dbt')(relation, sql) }}{%- endmacro %}
{% macro default__get_create_view_as_sql(relation, sql) -%}{{ return(create_view_as(relation, sql)) }}{%- endmacro %}
{% macro get_show_sql(compiled_code, sql_header, limit) -%}
  {%- if sql_header is not none -%}
  {{ sql_header }}
  {%- endif %}
  {{ get_limit_subquery_sql(compiled_code, limit) }}
{% endmacro %}
{% macro get_test_sql(main_sql, fail_calc, warn_if, error_if, limit) -%}
    {{ adapter.dispatch('get_test_sql', 'dbt')(main_sql, fail_calc, warn_if, error_if, limit) }}
{%- endmacro %}
{% macro default__get_test_sql(main_sql, fail_calc, warn_if, error_if, limit) -%}
    select
      {{ fail_calc }} as failures,
      {{ fail_calc }} {{ warn_if }} as should_warn,
      {{ fail_calc }} {{ error_if }} as should_error
    from (
      {{ main_sql }}
      {{ "limit " ~ limit if limit != none }}
    ) dbt_internal_test
{%- endmacro %}
{% macro get_unit_test_sql(main_sql, expected_fixture_sql, expected_column_names) -%}
    {{ adapter.dispatch('get_unit_test_sql', 'dbt')(main_sql, expected_fixture_sql, expected_column_names) }}
{%- endmacro %}
{% macro default__get_unit_test_sql(main_sql, expected_fixture_sql, expected_column_names) -%}
-- Build actual result given inputs
with dbt_internal_unit_test_actual as (
  select
    {{ expected_column_names | join(',') }}, {{ dbt.string_literal('actual') }} as {{ adapter.quote('actual_or_expected') }}
  from (
    {{ main_sql }}
  ) _dbt_internal_unit_test_actual
),
-- Build expected result
dbt_internal_unit_test_expected as (
  select
    {{ expected_column_names | join(', ') }}, {{ dbt.string_literal('expected') }} as {{ adapter.quote('actual_or_expected') }}
  from (
    {{ expected_fixture_sql }}
  ) _dbt_internal_unit_test_expected
)
-- Union actual and expected results
select * from dbt_internal_unit_test_actual
union all
select * from dbt_internal_unit_test_expected
{%- endmacro %}

{# Seeds. #}
{% macro get_binding_char() -%}{{ return(adapter.dispatch('get_binding_char', 'dbt')()) }}{%- endmacro %}
{% macro default__get_binding_char() %}{{ return('%s') }}{% endmacro %}
{% macro get_batch_size() -%}{{ return(adapter.dispatch('get_batch_size', 'dbt')()) }}{%- endmacro %}
{% macro default__get_batch_size() %}{{ return(10000) }}{% endmacro %}
