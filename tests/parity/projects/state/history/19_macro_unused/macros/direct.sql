{% macro direct() %}1{% endmacro %}
{% macro unused() %}2{% endmacro %}
