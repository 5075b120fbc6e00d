select '{{ var('a_var') }}' as n


