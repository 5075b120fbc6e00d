{% test positive(model, column_name, other=none) %}select * from {{ model }} where {{ column_name }} < 0 and '{{ other }}' = ''{% endtest %}
