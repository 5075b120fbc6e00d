{{ config(tags=['p', 'q']) }}
select * from {{ ref('base') }}
