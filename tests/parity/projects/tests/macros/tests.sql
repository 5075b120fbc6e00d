{% test configured(model, column_name=none, n=1, text='x') %}
{{ config(severity='warn', tags=['macro'], where='n = ' ~ n, meta={'macro': 1}, error_if='> 5') }}
select * from {{ model }} where '{{ text }}' = '{{ helper(n) }}'
{% endtest %}
{% macro helper(n) %}{{ other_helper() }}{% endmacro %}
{% macro other_helper() %}x{% endmacro %}
{% macro where_text() %}from_macro = 1{% endmacro %}
{% test off_by_macro(model) %}{{ config(enabled=false) }}select 1{% endtest %}
{% test not_null(model, column_name) %}{{ config(fail_calc='count(1)') }}select * from {{ model }} where {{ column_name }} is null{% endtest %}
{% test prefer(model, column_name, to, at, list, map) %}select 1 from {{ to }}{% endtest %}
