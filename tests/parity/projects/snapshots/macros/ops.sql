{% macro log_it(text) %}{% do log(text) %}select 1{% endmacro %}
{% macro an_operation(a, b=2) %}{% do run_query('select ' ~ a) %}{% endmacro %}
{% macro _private() %}{% endmacro %}
{%- macro trimmed() -%} x {%- endmacro -%}
{% materialization mine, default %}{{ return({'relations': []}) }}{% endmaterialization %}
{% materialization mine, adapter='athena', supported_languages=['sql', 'python'] %}{{ log_it('x') }}{{ return({'relations': []}) }}{% endmaterialization %}
