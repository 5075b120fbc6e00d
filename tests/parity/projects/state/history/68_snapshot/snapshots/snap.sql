{% snapshot snap %}{{ config(strategy='check', check_cols=['id'], unique_key='id') }} select * from {{ ref('base') }}{% endsnapshot %}
