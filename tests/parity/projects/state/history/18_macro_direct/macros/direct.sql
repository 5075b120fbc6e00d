{% macro direct() %}2{% endmacro %}
{% macro unused() %}1{% endmacro %}
