{{ config(materialized='incremental', unique_key='id') }}
select id, name from {{ ref('adults') }}
{% if is_incremental() %}
where id > (select max(id) from {{ this }})
{% endif %}
