{% test in_tests_folder(model) %}select * from {{ model }} where {{ helper(3) }}{% endtest %}
{% macro caller_name() %}1 = 0{% endmacro %}
