{{ config(materialized='ephemeral') }}
select id, name from {{ ref('people') }} where born < date '2005-01-01'
