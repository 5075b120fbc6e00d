{{ config(schema=target.name ~ '_x') }} select * from {{ ref('base') }}
