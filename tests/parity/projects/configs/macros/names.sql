{% macro generate_schema_name(custom_schema_name, node) -%}
    {%- if custom_schema_name is none -%}
        {{ target.schema }}
    {%- elif node.resource_type == 'seed' -%}
        seeds_{{ custom_schema_name | trim }}
    {%- else -%}
        {{ custom_schema_name | trim }}__{{ node.fqn[1] | lower }}
    {%- endif -%}
{%- endmacro %}

{% macro generate_database_name(custom_database_name=none, node=none) -%}
    {% do return(custom_database_name or target.database) %}
{%- endmacro %}

{% macro start_macro(text) %}{% if execute %}select '{{ text }}'{% endif %}{% endmacro %}
