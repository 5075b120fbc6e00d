{% snapshot ts_ignore %}{{ config(unique_key='id', strategy='timestamp', updated_at='seen', hard_deletes='ignore') }}
select * from {{ ref('things') }}
{% endsnapshot %}
