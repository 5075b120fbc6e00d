{# Every cross-database macro of dbt, in the form that Athena has. #}
select
    {{ dbt.any_value('a') }} as any_value,
    {{ any_value('a + 1') }} as any_value_plain,
    {{ dbt.array_append('xs', '1') }} as array_append,
    {{ dbt.array_concat('xs', 'ys') }} as array_concat,
    {{ dbt.array_construct(['1', '2']) }} as array_construct,
    {{ dbt.array_construct() }} as array_construct_empty,
    {{ dbt.array_construct([], 'varchar') }} as array_construct_typed,
    {{ dbt.bool_or('a') }} as bool_or,
    {{ dbt.cast('a', 'integer') }} as cast_a,
    {{ dbt.cast_bool_to_text('a') }} as cast_bool_to_text,
    {{ dbt.concat(['a', "'-'", 'b']) }} as concat,
    {{ dbt.date(2024, 1, 31) }} as date_of,
    {{ dbt.date_trunc('month', 'd') }} as date_trunc,
    {{ dbt.dateadd('day', 1, 'd') }} as dateadd,
    {{ dbt.dateadd(datepart='month', interval=-1, from_date_or_timestamp="date '2024-01-01'") }} as dateadd_named,
    {{ dbt.equals('a', 'b') }} as equals,
    {{ dbt.escape_single_quotes("it's") }} as escape_single_quotes,
    {{ dbt.hash('a') }} as hash,
    {{ dbt.last_day('d', 'month') }} as last_day,
    {{ dbt.length('a') }} as length,
    {{ dbt.listagg('a') }} as listagg,
    {{ dbt.listagg('a', "'; '", 'order by b') }} as listagg_ordered,
    {{ dbt.listagg('a', "'; '", 'order by b', 3) }} as listagg_limited,
    {{ dbt.position("'x'", 'a') }} as position,
    {{ dbt.replace('a', "'x'", "'y'") }} as replace,
    {{ dbt.right('a', 3) }} as right_three,
    {{ dbt.safe_cast('a', dbt.type_int()) }} as safe_cast,
    {{ dbt.split_part('a', "'-'", 2) }} as split_part,
    {{ dbt._split_part_negative('a', "'-'", -1) }} as split_part_negative,
    {{ dbt.string_literal('x') }} as string_literal,
    {{ dbt.current_timestamp() }} as now_at,
    {{ dbt.snapshot_get_time() }} as snapshot_time,
    {{ end_of_time() }} as end_of_time
from t
{{ dbt.except() }}
select 1
{{ dbt.intersect() }}
select 1
