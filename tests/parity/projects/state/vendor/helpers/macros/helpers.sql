{% macro from_package() %}{{ helpers.inner_of_package() }}{% endmacro %}
{% macro inner_of_package() %}1{% endmacro %}
