{{ config(tags=['p']) }}


select * from {{ ref('base') }}
