{% macro ref(model_name) %}
    {% set version = kwargs.get('version') or kwargs.get('v') %}
    {% if varargs %}
        {% do return(builtins.ref(model_name, varargs[0], version=version).include(database=false)) %}
    {% else %}
        {% do return(builtins.ref(model_name, version=version).include(database=false)) %}
    {% endif %}
{% endmacro %}

{% macro source(source_name, table_name) %}
    {% do return(builtins.source(source_name, table_name)) %}
{% endmacro %}
