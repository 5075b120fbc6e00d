select 1 as id, '{{ var('in_yaml') }}' as v
