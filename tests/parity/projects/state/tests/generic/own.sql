{% test own(model, column_name) %}select * from {{ model }} where {{ column_name }} = {{ direct() }}{% endtest %}
