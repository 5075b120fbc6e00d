{{ config(tags='file', materialized='table') }} select * from {{ ref('first') }} where '{{ this }}' = '' and {{ source('raw', 'events') }} is null
