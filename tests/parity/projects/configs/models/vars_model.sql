{{ config(materialized=var('how', 'table'), meta={'v': var('list_var'), 'd': var('dict_var')}) }}
select '{{ var('date_var') }}' as day, {{ var('overridden') | length }} as n, '{{ var('schema_part') }}', {{ var('missing', 5) }}, '{{ env_var('PARITY_NOT_SET', 'x') }}'
