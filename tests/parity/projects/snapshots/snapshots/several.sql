-- text outside
{% snapshot first %}
{{ config(target_database='other_catalog', unique_key=['id', 'a'], tags=['in_block']) }}
select * from {{ ref('base') }}
{% endsnapshot %}

{% snapshot second %}select * from {{ ref('first') }}{% endsnapshot %}
{% if false %}{% endif %}
{%- snapshot third -%}
  {{ config({'strategy': 'check', 'check_cols': ['x', 'y'], 'alias': none, 'invalidate_hard_deletes': true, 'target_schema': 'third_' ~ target.schema}) }}
  select * from {{ source('raw', 'events') }}
{%- endsnapshot -%}
{% snapshot fourth %}{{ config(enabled=false) }} select 1 as id{% endsnapshot %}
