{% test unique_combination_of_columns(model, combination_of_columns, quote_columns=false) %}select {{ combination_of_columns | join(', ') }} from {{ model }} group by 1 having count(*) > 1{% endtest %}
{% macro test_old_style(model) %}select * from {{ model }}{% endmacro %}
{% test accepted_values(model, column_name, values, quote=true) %}pack overrides{% endtest %}
