{% macro outer() %}{{ middle() }}{% endmacro %}
{% macro middle() %}{{ innermost() }}{% endmacro %}
{% macro innermost() %}1{% endmacro %}
