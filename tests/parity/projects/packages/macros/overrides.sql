{% macro root_project__greet(name) %}root greets {{ name }}{% endmacro %}
{% macro default__greet(name) %}root default greets {{ name }}, {{ helper() }}{% endmacro %}
{% macro helper() %}root helper{% endmacro %}
{% macro only_alpha() %}root shadows {{ alpha.only_alpha() }}{% endmacro %}
{% macro athena__current_timestamp() %}my_now(){% endmacro %}
{% macro get_where_subquery(relation) -%}{{ relation }} /* root */{%- endmacro %}
