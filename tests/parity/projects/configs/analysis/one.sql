{{ config(tags=['an'], enabled=true) }} select * from {{ ref('plain') }}
