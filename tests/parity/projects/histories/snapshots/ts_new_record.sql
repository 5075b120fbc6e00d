{% snapshot ts_new_record %}{{ config(unique_key='id', strategy='timestamp', updated_at='seen', hard_deletes='new_record') }}
select * from {{ ref('things') }}
{% endsnapshot %}
