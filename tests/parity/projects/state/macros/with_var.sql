{% macro with_var() %}{{ var('in_macro') }}{% endmacro %}
