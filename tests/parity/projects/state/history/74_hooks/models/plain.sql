{{ config(tags=['p'], pre_hook='select 2') }}
select * from {{ ref('base') }}
