select {{ var('day').year }}, '{{ var('at') }}', {{ var('octal') }}, '{{ var('yes_word') }}', {{ var('sexagesimal') }}, '{{ var('quoted') }}', '{{ var('nothing') }}', {{ var('n') }}


