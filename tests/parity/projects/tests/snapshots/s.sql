{% snapshot snap %}{{ config(strategy='check', unique_key='id', check_cols='all', target_schema='snapshots') }} select * from {{ ref('a') }}{% endsnapshot %}
