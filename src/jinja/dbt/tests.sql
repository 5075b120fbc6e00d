{#
    The four tests that come with dbt, each a query for the rows that break it. Behaviour: dbt's "Data tests".
    The text is what dbt compiles, blank for blank.
#}

{% test unique(model, column_name) %}
    {% set rows = adapter.dispatch('test_unique', 'dbt') %}
    {{ rows(model, column_name) }}
{% endtest %}

{% test not_null(model, column_name) %}
    {% set rows = adapter.dispatch('test_not_null', 'dbt') %}
    {{ rows(model, column_name) }}
{% endtest %}

{% test accepted_values(model, column_name, values, quote=true) %}
    {% set rows = adapter.dispatch('test_accepted_values', 'dbt') %}
    {{ rows(model, column_name, values, quote) }}
{% endtest %}

{% test relationships(model, column_name, to, field) %}
    {% set rows = adapter.dispatch('test_relationships', 'dbt') %}
    {{ rows(model, column_name, to, field) }}
{% endtest %}

{% macro default__test_unique(model, column_name) %}

select
    {{ column_name }} as unique_field,
    count(*) as n_records

from {{ model }}
where {{ column_name }} is not null
group by {{ column_name }}
having count(*) > 1

{% endmacro %}

{% macro default__test_not_null(model, column_name) %}

{% set shown = '*' if should_store_failures() else column_name %}

select {{ shown }}
from {{ model }}
where {{ column_name }} is null

{% endmacro %}

{% macro default__test_accepted_values(model, column_name, values, quote=true) %}

with all_values as (

    select
        {{ column_name }} as value_field,
        count(*) as n_records

    from {{ model }}
    group by {{ column_name }}

)

select *
from all_values
where value_field not in (
    {% for value in values %}{{ "'" ~ value ~ "'" if quote else value }}{{ ',' if not loop.last }}{% endfor %}
)

{% endmacro %}

{% macro default__test_relationships(model, column_name, to, field) %}

with child as (
    select {{ column_name }} as from_field
    from {{ model }}
    where {{ column_name }} is not null
),

parent as (
    select {{ field }} as to_field
    from {{ to }}
)

select
    from_field

from child
left join parent
    on child.from_field = parent.to_field

where parent.to_field is null

{% endmacro %}
