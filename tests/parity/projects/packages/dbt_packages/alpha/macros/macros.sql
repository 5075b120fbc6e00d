{% macro greet(name) %}{{ return(adapter.dispatch('greet', 'alpha')(name)) }}{% endmacro %}
{% macro default__greet(name) %}alpha greets {{ name }}{% endmacro %}
{% macro athena__greet(name) %}alpha greets {{ name }} on athena{% endmacro %}
{% macro helper() %}alpha helper{% endmacro %}
{% macro only_alpha() %}{{ adapter.dispatch('only_alpha', macro_namespace='alpha')() }}{% endmacro %}
{% macro default__only_alpha() %}only alpha{% endmacro %}
{% macro generate_alias_name(custom_alias_name=none, node=none) %}{{ custom_alias_name or 'a_' ~ node.name ~ ('_v' ~ node.version if node.version else '') }}{% endmacro %}
{% macro default__type_numeric() %}alpha_numeric{% endmacro %}
{% test is_even(model, column_name) %}select * from {{ model }} where {{ column_name }} % 2 = 1{% endtest %}
{% test in_root(model, column_name, other) %}select * from {{ model }} where {{ column_name }} not in (select id from {{ other }}){% endtest %}
