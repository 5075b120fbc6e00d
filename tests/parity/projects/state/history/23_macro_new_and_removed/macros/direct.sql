{% macro direct() %}1{% endmacro %}
{% macro fresh() %}1{% endmacro %}
