{% macro direct() %}1{% endmacro %}
