{{ config(enabled=var('package_switch'), tags=[var('only_here'), var('nested')]) }}
select * from {{ ref('shared') }}
