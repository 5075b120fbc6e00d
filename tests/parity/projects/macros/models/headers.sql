{{ config(sql_header="-- a header", materialized='view') }}
{% call set_sql_header(config) %}-- another{% endcall %}
select 1 as a
