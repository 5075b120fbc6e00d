{{ config(schema='given', meta={'target': var('by_target'), 'nested': var('nested')}) }}
{% set found = helpers.ask(ref('shared')) %}
select {{ found + +1 }} as n from {{ ref('marked') }}
