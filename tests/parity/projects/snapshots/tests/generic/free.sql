{% test dbt_utils_free(model, n) %}select {{ n }} from {{ model }}{% endtest %}
