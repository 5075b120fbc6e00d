{% snapshot ts_invalidate %}{{ config(unique_key='id', strategy='timestamp', updated_at='seen', hard_deletes='invalidate') }}
select * from {{ ref('things') }}
{% endsnapshot %}
