{{ config(tags=['orders']) }} select * from {{ source('lake', 'orders') }}
