{% test more(model) %}{{ config(severity='error', tags=['in_macro']) }}select * from {{ model }}{% endtest %}
