{{ config(severity='warn', tags=['s'], enabled=true, store_failures=true, alias='my_alias', schema='my_schema', limit=3, where='x') }}
select * from {{ ref('a') }} join {{ source('raw', 'orders') }} using (id) where {{ helper(1) }}
