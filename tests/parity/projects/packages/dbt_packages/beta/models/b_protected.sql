{{ config(alias='b_p') }} select 1 as id
