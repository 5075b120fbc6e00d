{{ config(materialized='table', meta={'a': 2}) }}
select * from {{ ref('base') }}
