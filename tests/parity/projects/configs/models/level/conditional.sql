{% if target.name == 'prod' %}{{ config(materialized='table') }}{% else %}{{ config(materialized='view', schema=var('only_package') ~ '_x') }}{% endif %}
{{ config(enabled=target.name != 'nowhere') }}
select 1 as id where '{{ config.get('materialized') }}' = 'view' and {{ config.get('missing', default=3) }} = {{ config.require('schema') | length }}
