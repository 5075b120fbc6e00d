{% macro beta_only() %}{{ adapter.dispatch('beta_only', 'beta')() }}{% endmacro %}
{% macro default__beta_only() %}beta only{% endmacro %}
{% macro alpha__greet(name) %}never found{% endmacro %}
{% macro default__greet(name) %}beta greets{% endmacro %}
{% test configured(model, column_name, limit_to=1) %}{{ config(limit=limit_to, where='1 = 1', fail_calc='max(' ~ column_name ~ ')') }}select {{ column_name }} from {{ model }}{% endtest %}
