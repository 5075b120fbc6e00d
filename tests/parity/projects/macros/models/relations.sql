{%- set r = api.Relation.create(database='db', schema='sc', identifier='tab', type='view') -%}
{{ r }} {{ r.render() }} {{ r.type }} {{ r.is_view }} {{ r.is_table }} {{ r.is_cte }} {{ r.database }}.{{ r.schema }}.{{ r.identifier }} {{ r.name }} {{ r.table }}
{{ r.include(database=false) }} {{ r.include(database=false, schema=false) }} {{ r.without_identifier() }}
{{ r.incorporate(path={'identifier': 'x'}) }} {{ r.incorporate(type='table').type }} {{ r.replace_path(schema='y') }}
{{ r.quote(identifier=false) }} {{ r.quote(database=false, schema=false, identifier=false) }}
{{ r.render_hive() }} {{ r.render_pure() }} {{ r.quoted('z') }}
{{ r.matches(database='db', schema='sc', identifier='tab') }} {{ r.can_be_renamed }} {{ r.View }} {{ r.Table }}
{{ r.information_schema('tables') }} {{ r.information_schema() }}
{{ r == api.Relation.create(database='db', schema='sc', identifier='tab', type='view') }} {{ r is mapping }} {{ r.get('metadata') }}
{{ this }} {{ this.type }} {{ this.is_table }} {{ this.include(database=false) }}
{{ make_temp_relation(this) }} {{ make_intermediate_relation(this) }} {{ make_temp_relation(this, '__x') }}
{{ source('raw', 'orders') }} {{ source('raw', 'orders').type }} {{ ref('types').type }} {{ ref('types').identifier }}
{{ information_schema_name('db') }}
