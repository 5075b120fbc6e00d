{{ config(materialized='view', meta={'a': 1}) }}
select * from {{ ref('base') }}
