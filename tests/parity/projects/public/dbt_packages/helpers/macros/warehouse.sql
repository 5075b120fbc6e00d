{%- macro check_relation(obj) -%}
    {%- if not (obj is mapping and obj.get('metadata', {}).get('type', '').endswith('Relation')) -%}
        {%- do exceptions.raise_compiler_error('expected a relation') -%}
    {%- endif -%}
{%- endmacro -%}

{%- macro ask(relation) -%}
    {%- do helpers.check_relation(relation) -%}
    {%- call statement('asked', fetch_result=true) %} select 1 {% endcall -%}
    {%- set answer = load_result('asked') -%}
    {%- if answer and answer['data'] -%}{{ return(answer['data']) }}{%- endif -%}
    {%- set names = unknown_values -%}
    {%- set found = adapter.get_relation(database=relation.database, schema='s', identifier='t') -%}
    {%- if found is not none or load_relation(relation) is not none -%}{{ exceptions.raise_compiler_error('found') }}{%- endif -%}
    {%- for column in adapter.get_columns_in_relation(relation) -%}{{ column.name }}{%- endfor -%}
    {%- if not helpers.is_ready() -%}{{ exceptions.raise_compiler_error('not ready') }}{%- endif -%}
    {{ api.Relation.create(database='d', schema='s', identifier='t') }}
    {{ return(names | length) }}
{%- endmacro -%}

{% macro is_ready() %}{{ return(true) }}{% endmacro %}

{% macro events(chain, table = source('raw_' + chain, 'events'), other = chain) %}select '{{ other }}' as chain from {{ table }}{% endmacro %}

{% macro address(at = 0xa020d57ab0448ef74115c112d18a9c231cc86000) %}{{ at }}{% endmacro %}

{% test ready(model, column_name, missing) %}
    select {{ missing }} from {{ model }} where not {{ helpers.is_ready() }}
{% endtest %}
