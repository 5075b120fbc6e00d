{{ config(materialized='table', meta={'a': 1}) }}
select * from {{ ref('base') }}
