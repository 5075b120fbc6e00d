{{ config(tags=['a'], alias='first', meta={'x': 1}, grants={'select': ['one']}) }}
{{ config(tags='b', alias='second', meta={'y': 2}, materialized='view', grants={'+select': ['two']}) }}
{{ config({'tags': ['c', 'a'], 'docs': {'show': false}, 'pre-hook': 'select 4'}) }}
{% do config(schema='third') %}
select 1 as id
