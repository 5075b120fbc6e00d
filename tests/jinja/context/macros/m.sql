
{% macro my_macro(x) %}<{{ x }}>{% endmacro %}
{% macro athena__my_macro(x) %}<<{{ x }}>>{% endmacro %}
{% macro my_kw(a, b=3, c=none) %}{{ a }}{{ b }}{{ c }}{% endmacro %}
{% macro my_ret() %}{{ return([1,2]) }}{% endmacro %}
{% macro my_dict() %}{% do return({'a': 5}) %}{% endmacro %}
{% macro my_caller() %}{{ caller(1) }}{{ caller(2) }}{% endmacro %}
{% macro my_caller2() %}{% set x %}{{ my_macro('q') }}{% endset %}{{ return(x) }}{% endmacro %}
{% macro my_va() %}{{ varargs }}{{ kwargs }}{% endmacro %}
{% macro typed_macro(a: string, b: int = 3) %}{{ a }}{{ b }}{% endmacro %}
