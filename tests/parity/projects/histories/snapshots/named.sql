{% snapshot named %}{{ config(unique_key="id || '-' || region", strategy='check', check_cols='all', updated_at='seen', hard_deletes='invalidate', dbt_valid_to_current="timestamp '9999-12-31 00:00:00'", snapshot_meta_column_names={'dbt_valid_from': 'since', 'dbt_valid_to': 'until', 'dbt_scd_id': 'version_id', 'dbt_updated_at': 'changed'}) }}
select cast(id as varchar) as id, region, name, n, seen from {{ ref('things') }}
{% endsnapshot %}
