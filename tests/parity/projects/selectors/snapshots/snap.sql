{% snapshot orders_snapshot %}{{ config(strategy='check', check_cols=['id', 'b'], unique_key='id', target_schema='s') }} select * from {{ ref('shop', 'orders') }}{% endsnapshot %}
