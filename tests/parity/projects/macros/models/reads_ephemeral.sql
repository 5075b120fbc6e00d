{{ config(pre_hook="select 1", post_hook=["select {{ this }}"]) }}
with x as (select * from {{ ref('ephemerals') }}) select * from x
