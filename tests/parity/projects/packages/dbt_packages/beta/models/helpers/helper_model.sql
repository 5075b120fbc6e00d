select '{{ default__greet('b') }}' as id from {{ ref('twice') }}
