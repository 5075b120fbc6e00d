{% macro direct()   %}1{% endmacro %}
{% macro unused() %}1{% endmacro %}
