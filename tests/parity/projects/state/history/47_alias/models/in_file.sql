{{ config(materialized='table', alias='other', meta={'a': 1}) }}
select * from {{ ref('base') }}
