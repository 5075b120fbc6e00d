{{ config(unique_key='id', materialized='incremental') }} select * from {{ source('river', 'users') }}
