{{ config(materialized='view') }} select cast(1 as int) as id
