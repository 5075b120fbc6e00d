{% macro plus(x) %}{{ x }} + 1{% endmacro %}

{% macro minus(x) %}{{ x }} - 1{% endmacro %}
