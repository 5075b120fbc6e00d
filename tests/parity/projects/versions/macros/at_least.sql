{% test at_least(model, amount) %}select * from {{ model }} where {{ amount }} > 100{% endtest %}
