{{ config(
    materialized='incremental',
    unique_key=['id', 'day'],
    tags='file',
    meta={'level': 'file', 'list': [1, {'a': none}]},
    pre_hook='select 1',
    post_hook=['select 2', {'sql': 'select 3', 'transaction': False}],
    grants={'+select': 'third'},
    persist_docs={'relation': false},
    on_schema_change='append_new_columns',
    partitioned_by=['year', 'month'],
    s3_data_naming='schema_table',
    lf_tags_config={'enabled': True, 'tags': {'a': 'b'}},
) }}
select 1 as id
