{{ config(schema=target.name) }} select * from {{ ref('base') }}
