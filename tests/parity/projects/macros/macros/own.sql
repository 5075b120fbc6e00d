{% macro athena__string_literal(value) %}own '{{ value }}'{% endmacro %}
{% macro outer(x) %}{{ return(adapter.dispatch('outer')(x)) }}{% endmacro %}
{% macro default__outer(x) %}default {{ x }}{% endmacro %}
{% macro athena__outer(x) %}athena {{ caller_is(x) }}{% endmacro %}
{% macro caller_is(x) %}<{{ x }}>{% endmacro %}
