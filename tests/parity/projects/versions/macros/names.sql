{% macro generate_alias_name(custom_alias_name=none, node=none) -%}
    {%- if custom_alias_name -%}
        {{ custom_alias_name | trim }}
    {%- elif node.version -%}
        {{ node.name ~ "__ver_" ~ (node.version | string | replace(".", "_")) }}
    {%- else -%}
        {{ node.name }}
    {%- endif -%}
{%- endmacro %}

{% macro create_latest_version_view() %}
    {% if model.get('version') and model.get('version') == model.get('latest_version') %}
        {% set new_relation = this.incorporate(path={"identifier": model['name']}) %}
        create or replace view {{ new_relation }} as select * from {{ this }}
    {% else %}
        select 1 as id
    {% endif %}
{% endmacro %}

{% macro newest(name) %}{{ ref(name, v=2) }}{% endmacro %}
