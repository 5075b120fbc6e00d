select '{{ with_var() }}' as n
