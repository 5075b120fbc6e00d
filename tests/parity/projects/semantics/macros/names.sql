{% macro generate_schema_name(custom_schema_name, node) -%}
  {{ custom_schema_name or 'plain' }}_{{ node.name }}
{%- endmacro %}
{% macro generate_alias_name(custom_alias_name=none, node=none) -%}
  {%- if custom_alias_name -%}a_{{ custom_alias_name }}{%- elif node.version -%}{{ node.name }}_x{{ node.version }}{%- else -%}{{ node.name }}_x{%- endif -%}
{%- endmacro %}
