{# What a template asks of the warehouse: here it is empty. #}
{%- set relation = adapter.get_relation(database='db', schema='sc', identifier='tab') -%}
relation {{ relation }} {{ relation is none }}
columns {{ adapter.get_columns_in_relation(source('raw', 'orders')) }}
loaded {{ load_relation(this) }} {{ load_cached_relation(this) is none }}
created {{ get_or_create_relation('db', 'sc', 'tab', 'table')[0] }}
{% set found = run_query('select 1 as a') -%}
{% if execute %}rows {{ found.rows | length }} columns {{ found.columns | length }}
{% for row in found.rows %}{{ row }}{% endfor %}executed{% endif %}
{% call statement('mine', fetch_result=true) %}select 1 as a{% endcall -%}
{% set result = load_result('mine') -%}
{% if execute %}data {{ result['data'] }} {{ result.table.rows | length }} {% endif %}{{ load_result('none') }}
incremental {{ is_incremental() }} refresh {{ should_full_refresh() }} store {{ should_store_failures() }}
exists {{ adapter.check_schema_exists('db', 'sc') }}
quoted {{ adapter.quote('a b') }} {{ adapter.type() }}
