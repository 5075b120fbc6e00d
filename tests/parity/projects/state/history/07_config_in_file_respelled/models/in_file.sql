{{ config(meta={'a': 1},  materialized="table") }}
select * from {{ ref('base') }}
