{% test own(model, column_name) %}select id from {{ model }} where {{ column_name }} = {{ direct() }}{% endtest %}
